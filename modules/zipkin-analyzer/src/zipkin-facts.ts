import { NO_SIDE_CAR, type SideCar, type ZipkinSpan } from '@skein/telemetry';
import type { Facts } from '@skein/telemetry/traffic';
import { httpStatus, isError, type Meaning, rpcStatus } from './span-meaning.js';

const INT32_MAX = 0x7fffffff;

/** Microseconds as whole milliseconds: to the nearest, as many spans are shorter than one. */
export const milliseconds = (micros: number): number => Math.min(INT32_MAX, Math.round(micros / 1000));

/** What a Zipkin span tells of its request; all sources made from it share it. */
export class ZipkinFacts implements Facts {
  readonly time: number;
  readonly latency: number;
  readonly status: boolean;
  readonly httpResponseStatusCode: number;
  readonly rpcStatusCode: string | undefined;
  readonly type: number;
  private readonly span: Pick<ZipkinSpan, 'tags'>;

  constructor(span: ZipkinSpan, meaning: Meaning) {
    this.time = Math.floor(span.timestamp / 1000);
    this.latency = milliseconds(span.duration);
    this.status = !isError(span);
    this.httpResponseStatusCode = httpStatus(span);
    this.rpcStatusCode = rpcStatus(span);
    this.type = meaning.type;
    this.span = span;
  }

  get tags(): readonly string[] {
    return Array.from(this.span.tags, ([key, value]) => `${key.trim()}:${value.trim()}`);
  }

  get tag(): (key: string) => string | undefined {
    return (key) => this.span.tags.get(key);
  }

  get sideCar(): SideCar {
    return NO_SIDE_CAR;
  }
}
