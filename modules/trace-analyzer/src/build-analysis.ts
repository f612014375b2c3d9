import type { Clock, Static } from '@skein/core';
import { type Naming, Zone } from '@skein/telemetry';
import type { Storage } from '@skein/telemetry/storage';
import { Directory, Recently } from '@skein/telemetry/traffic';
import { AddressAliases } from './aliases.js';
import type { AnalyzerConfig } from './config.js';
import { SamplingPolicy } from './sampling-policy.js';
import { type AnalysisReports, SegmentAnalyzer } from './segment-analyzer.js';
import { SegmentRecorder } from './segment-record.js';
import { SpanTags } from './span-tags.js';
import { SlowThresholds } from './thresholds.js';
import { TrafficAnalysis } from './traffic.js';
import { VirtualServices } from './virtual-services.js';

export const MAX_ALIASES = 1_000_000;
/** Names and ids of services, instances and endpoints that are kept encoded. */
const DIRECTORY_BYTES = 64 * 1024 * 1024;
const WRITTEN_TAGS = 50_000;
const WRITTEN_ENDPOINTS = 50_000;

export interface Surroundings {
  readonly storage: { readonly traits: Pick<Storage['traits'], 'retention'> };
  readonly naming: Naming;
  readonly zone: string;
  readonly clock: Pick<Clock, 'now'>;
  readonly reports: AnalysisReports;
}

/** The analyzer, and what it remembers between segments. */
export interface Analysis {
  readonly analyzer: SegmentAnalyzer;
  readonly aliases: AddressAliases;
  readonly directory: Directory;
  readonly recorder: SegmentRecorder;
  /** Rows were lost on their way to storage: whatever is written once in a while is written again. */
  rowsLost(): void;
}

export function buildAnalysis(config: Static<typeof AnalyzerConfig>, { storage, naming, zone, clock, reports }: Surroundings): Analysis {
  const directory = new Directory(naming, DIRECTORY_BYTES);
  const aliases = new AddressAliases(naming, () => clock.now(), MAX_ALIASES);
  const writtenTags = new Recently(WRITTEN_TAGS);
  const writtenEndpoints = new Recently(WRITTEN_ENDPOINTS);
  const recorder = new SegmentRecorder(
    {
      status: config.segmentStatusAnalysisStrategy,
      forceErrors: config.forceSampleErrorSegment,
      sampling: new SamplingPolicy(config.samplingPolicy),
    },
    new Zone(zone),
    writtenTags,
  );
  const traffic = new TrafficAnalysis(
    directory,
    aliases,
    {
      gateways: new Set(config.gateways.flatMap((g) => g.instances.map((i) => `${i.host}:${i.port}`))),
      noUpstreamRealAddress: new Set(config.noUpstreamRealAddressAgents),
    },
    writtenEndpoints,
  );
  const virtual = new VirtualServices(directory, {
    slowDatabase: new SlowThresholds(config.slowDBAccessThreshold),
    slowCacheRead: new SlowThresholds(config.slowCacheReadThreshold),
    slowCacheWrite: new SlowThresholds(config.slowCacheWriteThreshold),
    maxStatement: config.maxSlowSQLLength,
  });
  const keptFor = (): number => Math.max(storage.traits.retention.metrics, storage.traits.retention.traces);
  const analyzer = new SegmentAnalyzer(
    {
      directory,
      tags: new SpanTags(config.searchableTracesTags),
      traffic: config.traceAnalysis ? traffic : undefined,
      virtual,
      recorder,
      clock,
      keptFor,
    },
    reports,
  );
  const rowsLost = (): void => {
    aliases.forgetWritten();
    writtenTags.clear();
    writtenEndpoints.clear();
  };
  return { analyzer, aliases, directory, recorder, rowsLost };
}
