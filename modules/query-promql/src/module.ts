import { defineModule, HttpRoutes } from '@skein/core';
import { LimitedReadsToken, MetadataQueryToken, MetricsQueryToken, TimeQueryToken } from '@skein/query/contract';
import { Completions } from './api/completions.js';
import { Queries } from './api/queries.js';
import { Replies } from './api/replies.js';
import { apiRoutes } from './api/routes.js';
import { QueryPromqlConfig } from './config.js';
import { Labels } from './metadata/labels.js';

/** Prometheus' query API, with PromQL over all metrics. */
export default defineModule({
  name: 'query-promql',
  config: QueryPromqlConfig,
  needs: { metrics: MetricsQueryToken, metadata: MetadataQueryToken, reads: LimitedReadsToken, time: TimeQueryToken },
  contributes: [HttpRoutes],
  activate({ config, services, clock, logger, meter, contribute }) {
    const { metrics, metadata, reads, time } = services;
    const queries = new Queries(metrics, time, config.maxPoints);
    const completions = new Completions(new Labels(metrics, metadata, reads), time);
    const replies = new Replies(config, clock, logger, meter);
    for (const route of apiRoutes({ config, queries, completions, replies })) contribute(HttpRoutes, route);
  },
});
