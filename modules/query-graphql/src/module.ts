import { ByteSize, Duration, defineModule, HostSettingsToken, HostStatusToken, HttpRoutes, StatusError, Type } from '@skein/core';
import {
  LogQueryToken,
  MetadataQueryToken,
  MetricsQueryToken,
  TimeQueryToken,
  TopologyQueryToken,
  TraceQueryToken,
} from '@skein/query/contract';
import { LogTrialToken } from '@skein/telemetry';
import { StorageToken } from '@skein/telemetry/storage';
import { buildSchema } from './build-schema.js';
import { GraphqlResolvers } from './contract.js';
import { GraphqlServer } from './graphql-server.js';
import { commonResolvers } from './resolvers/common.js';
import { logResolvers } from './resolvers/log.js';
import { metadataResolvers } from './resolvers/metadata.js';
import { metricPointResolvers } from './resolvers/metric-points.js';
import { metricsResolvers } from './resolvers/metrics.js';
import { topologyResolvers } from './resolvers/topology.js';
import { traceResolvers } from './resolvers/trace.js';
import { uiResolvers } from './resolvers/ui.js';
import { Templates } from './ui/templates.js';

export default defineModule({
  name: 'query-graphql',
  config: Type.Object({
    listener: Type.String({ default: 'rest', description: 'Listener of the http-server that serves the queries' }),
    path: Type.String({ default: '/graphql', description: 'HTTP path of the queries', pattern: '^/' }),
    deadline: Duration({ default: '20s', minimum: '100ms', maximum: '10m', description: 'Longest query' }),
    maxDocument: ByteSize({ default: '512KiB', minimum: 1024, maximum: '16MiB', description: 'Longest query document, in characters' }),
    maxTokens: Type.Integer({ default: 40_000, minimum: 100, description: 'Most words and signs in a query document' }),
    maxDepth: Type.Integer({ default: 20, minimum: 5, maximum: 100, description: 'Deepest nesting of selected fields' }),
    maxComplexity: Type.Integer({
      default: 5000,
      minimum: 600,
      maximum: 100_000,
      description: 'Most selected fields in one query; whole traces and topologies count as up to 100, reading the schema as 500',
    }),
    maxValues: Type.Integer({ default: 1_000_000, minimum: 1000, description: 'Most metric values and rows in one answer' }),
    maxAnswer: ByteSize({ default: '32MiB', minimum: 65_536, maximum: '256MiB', description: 'Longest answer, in bytes' }),
    editDashboards: Type.Boolean({ default: true, description: 'Who may query may also change the dashboards of web interfaces' }),
  }),
  needs: {
    logs: LogQueryToken,
    metadata: MetadataQueryToken,
    metrics: MetricsQueryToken,
    time: TimeQueryToken,
    topology: TopologyQueryToken,
    traces: TraceQueryToken,
    status: HostStatusToken,
    host: HostSettingsToken,
    storage: StorageToken,
  },
  optional: { logTrial: LogTrialToken },
  owns: [GraphqlResolvers],
  contributes: [HttpRoutes],
  activate({ config, services, logger, meter, clock, contribute, contributions, onReady }) {
    const { logs, metadata, metrics, time, topology, traces, status, host, storage, logTrial } = services;
    let server: GraphqlServer | undefined;
    onReady(() => {
      const own = [
        commonResolvers(time, status, host),
        logResolvers(logs, time, logTrial),
        metadataResolvers(metadata, time),
        metricsResolvers(metrics, time),
        metricPointResolvers(metrics, time),
        topologyResolvers(topology, metadata, time),
        traceResolvers(traces, time),
        uiResolvers(new Templates(storage, config.editDashboards), metadata),
      ];
      const schema = buildSchema(own, contributions(GraphqlResolvers));
      const { deadline, maxDocument, maxTokens, maxDepth, maxComplexity, maxValues, maxAnswer } = config;
      const limits = { maxLength: maxDocument, maxTokens, maxDepth, maxComplexity, maxValues, maxAnswer };
      server = new GraphqlServer(schema, { deadlineMs: deadline, cacheCharacters: 4 * maxDocument, ...limits }, clock, logger, meter);
    });
    const { listener, path } = config;
    contribute(HttpRoutes, {
      listener,
      method: 'POST',
      path,
      handle: (request) => {
        if (server === undefined) throw new StatusError('UNAVAILABLE', 'starting');
        return server.handle(request);
      },
    });
  },
});
