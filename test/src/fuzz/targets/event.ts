import { JsonError, MalformedError, parseJson } from '@skein/proto';
import { decodeEvent, eventFromJson, skywalking } from '@skein/proto/event';
import type { FuzzTarget } from '../target.js';

const { Event } = skywalking.v3;

const EVENT = {
  uuid: 'e-1',
  source: { service: 'shop', serviceInstance: 'shop-1', endpoint: '/cart' },
  name: 'Restart',
  type: 1,
  message: 'failed',
  parameters: { reason: 'deploy', by: 'ops' },
  startTime: 1734221650012,
  endTime: 1734221650040,
  layer: 'GENERAL',
};

/** Each input is tried as protobuf and as JSON. */
export const target: FuzzTarget = {
  name: 'event',
  seeds: () => [
    Event.encode(EVENT).finish(),
    Buffer.from(JSON.stringify([EVENT, { ...EVENT, source: { instance: 'i' }, type: 'Normal' }])),
  ],
  run(input) {
    for (const decode of [decodeEvent, readJson]) {
      try {
        decode(Buffer.from(input));
      } catch (error) {
        if (!(error instanceof MalformedError) && !(error instanceof JsonError)) throw error;
      }
    }
  },
};

function readJson(body: Uint8Array): void {
  const document = parseJson(body);
  for (const element of Array.isArray(document) ? document : [document]) eventFromJson(element);
}
