import type { skywalking } from '@skein/proto/ebpf';
import { clip } from '@skein/telemetry/storage';
import { MONITOR_TYPES, type MonitorType } from './policy.js';
import type { Cause } from './triggered-tasks.js';

/** Longest text of a cause that is kept, in bytes. */
const MAX_URI_BYTES = 1000;

/** What an agent gives as the cause of a task. Throws an Error for a cause of an unknown kind, or one without the URI that it is about. */
export function readCause(cause: skywalking.v3.IContinuousProfilingCause): Cause {
  const type = MONITOR_TYPES[cause.type ?? 0];
  if (type === undefined) throw new Error(`there is no monitor type ${cause.type}`);
  if (cause.singleValue) {
    const { threshold, current } = cause.singleValue;
    return { type, singleValue: hundredths(threshold, current), message: `${type}: ${comparison(type, threshold ?? 0, current ?? 0)}` };
  }
  if (!cause.uri) return { type, message: `${type}: ` };
  const { regex, path, threshold, current } = cause.uri;
  // Both may be empty texts: presence alone tells which one was sent.
  const sent = path ?? regex;
  if (sent === null || sent === undefined) throw new Error('a cause has neither the path nor the pattern of its URI');
  const uri = clip(sent, MAX_URI_BYTES);
  return {
    type,
    uri: { ...(typeof path === 'string' ? { uriPath: uri } : { uriRegex: uri }), ...hundredths(threshold, current) },
    message: `${type}: ${comparison(type, threshold ?? 0, current ?? 0)}${uri === '' ? '' : ` on ${uri}`}`,
  };
}

const hundredths = (threshold: number | null | undefined, current: number | null | undefined) => ({
  threshold: hundredth(threshold),
  current: hundredth(current),
});

/** The nearest whole hundredth; what no number of the query protocol can hold is cut to what it can. */
function hundredth(value: number | null | undefined): number {
  if (value === null || value === undefined || Number.isNaN(value)) return 0;
  return Math.max(-Number.MAX_SAFE_INTEGER, Math.min(Math.round(value * 100), Number.MAX_SAFE_INTEGER)) + 0;
}

function comparison(type: MonitorType, threshold: number, current: number): string {
  const write = WRITERS[type];
  return `current ${write(current)} >= threshold ${write(threshold)}`;
}

const percent = (value: number): string => `${value.toFixed(2)}%`;
const whole = (value: number): string => String(Math.trunc(value));
const milliseconds = (value: number): string => `${value.toFixed(2)}ms`;

const WRITERS: Readonly<Record<MonitorType, (value: number) => string>> = {
  PROCESS_CPU: percent,
  PROCESS_THREAD_COUNT: whole,
  SYSTEM_LOAD: whole,
  HTTP_ERROR_RATE: percent,
  HTTP_AVG_RESPONSE_TIME: milliseconds,
};
