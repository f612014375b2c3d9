import { JsonError, MalformedError, parseJson } from '@skein/proto';
import { decodeLog, logFromJson, skywalking } from '@skein/proto/logging';
import type { FuzzTarget } from '../target.js';

const { LogData } = skywalking.v3;
const JSON_BEGINS = new Set([0x5b, 0x7b]);

const log = {
  timestamp: 1734221650012,
  service: 'shop-web',
  serviceInstance: 'shop-web-1',
  endpoint: '/cart',
  layer: 'GENERAL',
  body: { type: 'plain', text: { text: 'cart opened' } },
  traceContext: { traceId: 't-1', traceSegmentId: 's-1', spanId: 3 },
  tags: { data: [{ key: 'level', value: 'INFO' }] },
};

/** Logs, as protobuf and as the JSON array of /v3/logs. */
export const target: FuzzTarget = {
  name: 'log',
  seeds: () => [
    LogData.encode(LogData.fromObject(log)).finish(),
    LogData.encode(LogData.fromObject({ service: 's', body: { json: { json: '{}' } } })).finish(),
    LogData.encode(LogData.fromObject({ service: 's', body: { yaml: { yaml: 'a: 1' } } })).finish(),
    Buffer.from(JSON.stringify([log, { service: 's', timestamp: '5', body: { json: { json: '{}' } } }])),
  ],
  run(input) {
    try {
      if (!JSON_BEGINS.has(input[0] ?? 0)) decodeLog(input);
      else for (const element of [parseJson(input)].flat()) logFromJson(element);
    } catch (error) {
      if (!(error instanceof MalformedError) && !(error instanceof JsonError)) throw error;
    }
  },
};
