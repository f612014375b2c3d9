import { contribution, defineModule, HostSettingsToken } from '@skein/core';
import {
  CORE_ENTITY_MODELS,
  CORE_SOURCES,
  NamingToken,
  OalScripts,
  observations,
  SegmentModel,
  Sources,
  StorageModels,
  segments,
  TOP_N_MODELS,
} from '@skein/telemetry';
import { StorageToken } from '@skein/telemetry/storage';
import { AliasSync } from './alias-sync.js';
import { buildAnalysis, MAX_ALIASES } from './build-analysis.js';
import { AnalyzerConfig } from './config.js';
import { SegmentListeners } from './contract.js';
import { CORE_OAL } from './core-oal.js';
import { handleSegments } from './handle-segments.js';
import { selfMetrics } from './self-metrics.js';

/** Turns trace segments into sources, records and entities. */
export default defineModule({
  name: 'trace-analyzer',
  config: AnalyzerConfig,
  needs: { storage: StorageToken, naming: NamingToken, settings: HostSettingsToken },
  handles: [segments],
  publishes: { observations },
  owns: [SegmentListeners],
  contributes: [
    contribution(Sources, ...CORE_SOURCES),
    contribution(StorageModels, ...CORE_ENTITY_MODELS, SegmentModel, ...TOP_N_MODELS),
    contribution(OalScripts, { file: 'core.oal', text: CORE_OAL }),
  ],
  activate({ config, services, streams, meter, logger, health, clock, contributions, handle, onReady, own }) {
    const { storage, naming, settings } = services;
    const reports = selfMetrics(meter, logger);
    const analysis = buildAnalysis(config, { storage, naming, zone: settings.zone, clock, reports });
    reports.show(analysis);
    handle(segments, handleSegments(analysis, streams.observations));
    const sync = new AliasSync(analysis.aliases, storage, MAX_ALIASES, { clock, health, logger });
    own(sync);
    onReady(async () => {
      analysis.analyzer.listen(contributions(SegmentListeners));
      await sync.start();
    });
  },
});
