import { defineModule, GrpcMethods } from '@skein/core';
import { meterSamples } from '@skein/telemetry';
import { MeterReceiverConfig } from './config.js';
import { meterMethods } from './meter-methods.js';

/** Takes the meters of native agents. What becomes of them is the meter analyzer's. */
export default defineModule({
  name: 'meter-receiver',
  config: MeterReceiverConfig,
  publishes: { meterSamples },
  contributes: [GrpcMethods],
  activate({ config, streams, clock, contribute }) {
    for (const method of meterMethods({ ...config, publisher: streams.meterSamples, clock })) contribute(GrpcMethods, method);
  },
});
