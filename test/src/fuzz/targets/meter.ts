import { MalformedError } from '@skein/proto';
import { decodeMeter, decodeMeterCollection, skywalking } from '@skein/proto/meter';
import type { FuzzTarget } from '../target.js';

const { MeterData, MeterDataCollection } = skywalking.v3;

const identity = { service: 'shop', serviceInstance: 'shop-1', timestamp: 1_734_221_650_012 };
const labels = [{ name: 'pool', value: 'main' }];
const single = { ...identity, singleValue: { name: 'busy', labels, value: 1.5 } };
const histogram = {
  histogram: {
    name: 'wait',
    labels,
    values: [
      { bucket: 10, count: 3 },
      { isNegativeInfinity: true, count: 1 },
    ],
  },
};

/** Meters of native agents, alone and in collections. */
export const target: FuzzTarget = {
  name: 'meter',
  seeds: () => [
    MeterData.encode(single).finish(),
    MeterData.encode(histogram).finish(),
    MeterDataCollection.encode({ meterData: [single, histogram] }).finish(),
  ],
  run(input) {
    for (const decode of [decodeMeter, (bytes: Uint8Array) => decodeMeterCollection(bytes, () => undefined)]) {
      try {
        decode(input);
      } catch (error) {
        if (!(error instanceof MalformedError)) throw error;
      }
    }
  },
};
