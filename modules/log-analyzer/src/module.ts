import { contribution, defineModule, HostSettingsToken } from '@skein/core';
import {
  DatabaseStatementModel,
  EndpointModel,
  InstanceModel,
  LogModel,
  LogRules,
  LogTrialToken,
  logs,
  meterSamples,
  NamingToken,
  observations,
  PROCESS_ENTITY_MODELS,
  ServiceModel,
  StorageModels,
  TagModel,
  Zone,
} from '@skein/telemetry';
import { StorageToken } from '@skein/telemetry/storage';
import { Directory, Recently } from '@skein/telemetry/traffic';
import { LogAnalyzerConfig } from './config.js';
import { handleLogs } from './handle-logs.js';
import type { RuleTools } from './lal/rule-run.js';
import { LogAnalyzer } from './log-analyzer.js';
import { LogRows } from './log-rows.js';
import { RuleTrial } from './log-trial.js';
import { RateLimits } from './rate-limits.js';
import { readRuleFiles } from './read-rule-files.js';
import { createRuleBook } from './rule-book.js';
import { ruleReports } from './self-metrics.js';
import { SHIPPED_RULES } from './shipped-rules.js';

/** Names and ids that are kept encoded, bytes. */
const DIRECTORY_BYTES = 32 * 1024 * 1024;
/** Searchable tags that are remembered as written. */
const WRITTEN_TAGS = 50_000;

/** Runs log analysis rules over logs: keeps logs, slow statements and who sent them, and publishes what the rules measure. */
export default defineModule({
  name: 'log-analyzer',
  config: LogAnalyzerConfig,
  needs: { storage: StorageToken, naming: NamingToken, settings: HostSettingsToken },
  provides: [LogTrialToken],
  handles: [logs],
  publishes: { observations, meterSamples },
  owns: [LogRules],
  contributes: [
    contribution(LogRules, ...SHIPPED_RULES),
    contribution(
      StorageModels,
      LogModel,
      ServiceModel,
      InstanceModel,
      EndpointModel,
      TagModel,
      DatabaseStatementModel,
      ...PROCESS_ENTITY_MODELS,
    ),
  ],
  activate({ config, services, streams, clock, meter, logger, contributions, handle, provide }) {
    const { storage, naming, settings } = services;
    const book = createRuleBook({
      contributed: contributions(LogRules),
      own: readRuleFiles(config.rules),
      disabled: config.disable,
    });
    const now = (): number => clock.now();
    const zone = new Zone(settings.zone);
    const limits = new RateLimits(now);
    const directory = new Directory(naming, DIRECTORY_BYTES);
    const tools: RuleTools = {
      zone,
      now,
      allows: (id, perMinute) => limits.allows(id, perMinute),
      isLayer: (name) => book.isLayer(name),
    };
    const rows = new LogRows({
      directory,
      zone,
      writtenTags: new Recently(WRITTEN_TAGS),
      searchable: new Set(config.searchableLogsTags),
      maxStatement: config.maxSlowSQLLength,
      isNormal: (layer) => book.isNormal(layer),
    });
    const keptFor = (): number => storage.traits.retention.logs;
    const analyzer = new LogAnalyzer({ book, rows, tools, clock, keptFor, reports: ruleReports(meter, logger) });
    meter.gauge('log_rules', 'Log analysis rules that run', () => book.size);
    meter.gauge('log_id_cache_bytes', 'Size of the cache of entity ids, roughly', () => directory.bytes);
    meter.gauge('log_rate_limit_ids', 'Ids that rate limits count in the present minute', () => limits.size);
    provide(LogTrialToken, new RuleTrial(config.logTestTool, rows, tools));
    handle(
      logs,
      handleLogs(analyzer, streams, () => rows.rowsLost()),
    );
  },
});
