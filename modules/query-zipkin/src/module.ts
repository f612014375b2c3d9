import { defineModule, HttpRoutes } from '@skein/core';
import { TraceStores } from '@skein/query/contract';
import { NamingToken } from '@skein/telemetry';
import { StorageToken } from '@skein/telemetry/storage';
import { QueryZipkinConfig } from './config.js';
import { NamesReader } from './names-reader.js';
import { NativeTraces } from './native-traces.js';
import { queryRoutes } from './routes.js';
import { SpanReads } from './span-reads.js';
import { TraceReader } from './trace-reader.js';

/** Zipkin's query API, and Zipkin's traces for the native queries. */
export default defineModule({
  name: 'query-zipkin',
  config: QueryZipkinConfig,
  needs: { storage: StorageToken, naming: NamingToken },
  contributes: [HttpRoutes, TraceStores],
  activate({ config, services, clock, contribute }) {
    const { storage, naming } = services;
    const reads = new SpanReads(storage, config.deadline);
    const traces = new TraceReader(reads, naming, config);
    const names = new NamesReader(reads, naming, config.maxNames);
    contribute(TraceStores, new NativeTraces(reads, clock));
    for (const { enabled, listener, basePath } of [config.own, config.shared]) {
      if (!enabled) continue;
      for (const route of queryRoutes(listener, basePath, { config, reads, traces, names, clock })) contribute(HttpRoutes, route);
    }
  },
});
