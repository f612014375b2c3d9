import { contribution, defineModule, HostSettingsToken } from '@skein/core';
import { NamingToken, observations, StorageModels, zipkinSpans } from '@skein/telemetry';
import { StorageToken } from '@skein/telemetry/storage';
import { buildAnalysis } from './build-analysis.js';
import { ZipkinAnalyzerConfig } from './config.js';
import { Expiry } from './expiry.js';
import { handleSpans } from './handle-spans.js';
import { ZIPKIN_MODELS } from './models.js';

/** Keeps Zipkin spans as they were sent, and turns them into traffic between services. */
export default defineModule({
  name: 'zipkin-analyzer',
  config: ZipkinAnalyzerConfig,
  needs: { storage: StorageToken, naming: NamingToken, settings: HostSettingsToken },
  handles: [zipkinSpans],
  publishes: { observations },
  contributes: [contribution(StorageModels, ...ZIPKIN_MODELS)],
  activate({ config, services, streams, meter, logger, clock, handle, onReady, onDrain, own }) {
    const { storage, naming, settings } = services;
    const analysis = buildAnalysis(config, { storage, naming, zone: settings.zone, clock, logger, meter });
    handle(zipkinSpans, handleSpans(analysis, streams.observations, clock));
    if (!config.analyse) return;
    const expiry = new Expiry(analysis.room, streams.observations, { clock, logger, everyMs: config.joinWindow / 4 });
    own(expiry);
    onReady(() => expiry.start());
    onDrain(() => expiry.finish());
  },
});
