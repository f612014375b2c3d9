import { contribution, Duration, defineModule, HostSettingsToken, Type } from '@skein/core';
import { MetricCatalogToken, SpanAttachedEventModel, StorageModels, Zone } from '@skein/telemetry';
import { StorageToken } from '@skein/telemetry/storage';
import { AttachedTraceQuery } from './attached-trace-query.js';
import { LogQueryToken } from './contract/logs.js';
import { MetadataQueryToken } from './contract/metadata.js';
import { MetricsQueryToken } from './contract/metrics.js';
import { LimitedReadsToken } from './contract/reads.js';
import { TimeQueryToken } from './contract/time.js';
import { TopologyQueryToken } from './contract/topology.js';
import { TraceQueryToken, type TraceStore, TraceStores } from './contract/traces.js';
import { StoredLogQuery } from './log-query.js';
import { StoredMetadataQuery } from './metadata-query.js';
import { StoredMetricsQuery } from './metrics-query.js';
import { Reads } from './reads.js';
import { StoredTimeQuery } from './time-query.js';
import { StoredTopologyQuery } from './topology-query.js';
import { StoredTraceQuery } from './trace-query.js';

export default defineModule({
  name: 'query',
  config: Type.Object({
    deadline: Duration({ default: '10s', minimum: '100ms', maximum: '10m', description: 'Longest search of the storage for one read' }),
    maxRows: Type.Integer({
      default: 10_000,
      minimum: 10,
      maximum: 1_000_000,
      description: 'Most services, instances or relations that one read returns; with more, the answer says that it is incomplete',
    }),
    maxPage: Type.Integer({ default: 1000, minimum: 1, maximum: 100_000, description: 'Largest page of traces and other lists' }),
  }),
  needs: { storage: StorageToken, catalog: MetricCatalogToken, host: HostSettingsToken },
  provides: [LimitedReadsToken, LogQueryToken, MetadataQueryToken, MetricsQueryToken, TimeQueryToken, TopologyQueryToken, TraceQueryToken],
  owns: [TraceStores],
  contributes: [contribution(StorageModels, SpanAttachedEventModel)],
  activate({ config, services, logger, meter, clock, provide, contributions, onReady }) {
    const { storage, catalog, host } = services;
    const zone = new Zone(host.zone);
    const settings = { deadlineMs: config.deadline, maxRows: config.maxRows, maxPage: config.maxPage };
    const reads = new Reads(storage, settings, meter);
    provide(LimitedReadsToken, reads);
    const metadata = new StoredMetadataQuery(reads);
    provide(MetadataQueryToken, metadata);
    provide(MetricsQueryToken, new StoredMetricsQuery(catalog, zone, reads));
    provide(TimeQueryToken, new StoredTimeQuery(zone, storage, clock));
    provide(TopologyQueryToken, new StoredTopologyQuery(reads, metadata));
    let traceStores: readonly TraceStore[] = [];
    onReady(() => {
      traceStores = contributions(TraceStores).map(({ value }) => value);
    });
    const traces = new StoredTraceQuery(reads, zone, clock, logger, meter, () => traceStores);
    provide(TraceQueryToken, new AttachedTraceQuery(traces, reads, logger, meter));
    provide(LogQueryToken, new StoredLogQuery(reads, traces, clock));
  },
});
