import { contribution, defineModule } from '@skein/core';
import {
  CORE_ENTITY_MODELS,
  MeterRules,
  MetricRegistryToken,
  meterSamples,
  NamingToken,
  observations,
  PROCESS_ENTITY_MODELS,
  StorageModels,
} from '@skein/telemetry';
import { CounterWindows } from '@skein/telemetry/mal';
import { Directory, Recently } from '@skein/telemetry/traffic';
import { AnalyzerMetrics } from './analyzer-metrics.js';
import { compileRules } from './compile-rules.js';
import { MeterAnalyzerConfig } from './config.js';
import { gatherRules } from './gather-rules.js';
import { handleSamples } from './handle-samples.js';
import { MeterAnalyzer } from './meter-analyzer.js';
import { MeterEntities } from './meter-entities.js';
import { MeterRule, RuleSet } from './rule-set.js';
import { scriptsOf, sourceOf } from './rule-sources.js';
import { VirtualProcesses } from './virtual-processes.js';

/** Names and ids that are kept encoded: some 15 000 of them, with what aggregation keeps of each. */
const DIRECTORY_BYTES = 8 * 1024 * 1024;
/** Entities whose rows of this minute are remembered as written. */
const WRITTEN = 100_000;

/** Computes metrics from samples, by rule files in the meter analysis language. */
export default defineModule({
  name: 'meter-analyzer',
  config: MeterAnalyzerConfig,
  needs: { naming: NamingToken, registry: MetricRegistryToken },
  handles: [meterSamples],
  publishes: { observations },
  owns: [MeterRules],
  contributes: [contribution(StorageModels, ...CORE_ENTITY_MODELS, ...PROCESS_ENTITY_MODELS)],
  activate({ config, services, streams, clock, logger, meter, contributions, handle }) {
    const directory = new Directory(services.naming, DIRECTORY_BYTES);
    const virtual = new VirtualProcesses(directory);
    const groups = compileRules(gatherRules(contributions(MeterRules), config), { closureFunctions: virtual.functions });
    const rules = new Map<string, RuleSet>();
    for (const [group, metrics] of groups) {
      const found = metrics.map((metric) => new MeterRule(metric, sourceOf(metric)));
      services.registry.add('meter-analyzer', { sources: found.map(({ definition }) => definition), scripts: scriptsOf(metrics) });
      rules.set(group, new RuleSet(found));
    }
    const windows = new CounterWindows({ maximum: config.maxCounters });
    const written = new Recently(WRITTEN);
    const metrics = new AnalyzerMetrics(meter, logger, clock);
    metrics.watch({
      windows: () => windows.size,
      evicted: () => windows.evicted,
      late: () => windows.late,
      ids: () => directory.bytes,
    });
    const entities = new MeterEntities(directory);
    const analyzer = new MeterAnalyzer({ rules, entities, virtual, windows, written, clock, metrics });
    handle(meterSamples, handleSamples(analyzer, streams.observations, written));
  },
});
