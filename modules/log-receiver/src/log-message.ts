import type { LogView } from '@skein/proto/logging';
import type { LogMessage } from '@skein/telemetry';

/** Objects of a log without its texts, and one tag without its texts, bytes. */
const LOG_BYTES = 400;
const TAG_BYTES = 64;
const BYTES_PER_UNIT = 2;

/** A decoded log as the stream carries it. `service`: to whom it counts. */
export function logMessage(log: LogView, service: string): LogMessage {
  const { timestamp, serviceInstance, endpoint, layer, type, body, trace, tags } = log;
  const message = { timestamp, service, serviceInstance, endpoint, layer, type, body, tags, weight: weightOf(log) };
  return trace === undefined ? message : { ...message, trace };
}

function weightOf({ serviceInstance, endpoint, body, trace, tags }: LogView): number {
  let units = serviceInstance.length + endpoint.length + body.content.length;
  if (trace !== undefined) units += trace.traceId.length + trace.segmentId.length;
  for (let i = 0; i < tags.length; i++) units += tags[i]!.key.length + tags[i]!.value.length;
  return LOG_BYTES + TAG_BYTES * tags.length + BYTES_PER_UNIT * units;
}
