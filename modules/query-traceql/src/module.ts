import { defineModule, HttpRoutes } from '@skein/core';
import { MetadataQueryToken, TimeQueryToken, TraceQueryToken } from '@skein/query/contract';
import { Replies } from './api/replies.js';
import { apiRoutes } from './api/routes.js';
import { Tags } from './api/tags.js';
import { TraceSearch } from './api/trace-search.js';
import { QueryTraceqlConfig } from './config.js';

/** Tempo's query API, with TraceQL over all traces. */
export default defineModule({
  name: 'query-traceql',
  config: QueryTraceqlConfig,
  needs: { traces: TraceQueryToken, metadata: MetadataQueryToken, time: TimeQueryToken },
  contributes: [HttpRoutes],
  activate({ config, services, clock, logger, meter, contribute }) {
    const { traces, metadata, time } = services;
    const search = new TraceSearch(traces, time, config);
    const tags = new Tags(traces, metadata, time, config);
    const replies = new Replies(config.deadline, clock, logger, meter);
    for (const route of apiRoutes({ config, traces, search, tags, replies })) contribute(HttpRoutes, route);
  },
});
