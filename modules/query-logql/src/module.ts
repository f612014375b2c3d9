import { defineModule, HttpRoutes } from '@skein/core';
import { LogQueryToken, MetadataQueryToken, TimeQueryToken } from '@skein/query/contract';
import { Labels } from './api/labels.js';
import { Queries } from './api/queries.js';
import { Replies } from './api/replies.js';
import { apiRoutes } from './api/routes.js';
import { QueryLogqlConfig } from './config.js';

/** Loki's query API, with LogQL over all logs. */
export default defineModule({
  name: 'query-logql',
  config: QueryLogqlConfig,
  needs: { logs: LogQueryToken, metadata: MetadataQueryToken, time: TimeQueryToken },
  contributes: [HttpRoutes],
  activate({ config, services, clock, logger, meter, contribute }) {
    const { logs, metadata, time } = services;
    const queries = new Queries(logs, time, config);
    const labels = new Labels(logs, metadata, time, config);
    const replies = new Replies(config.deadline, clock, logger, meter);
    for (const route of apiRoutes({ listener: config.listener, queries, labels, replies })) contribute(HttpRoutes, route);
  },
});
