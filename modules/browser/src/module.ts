import { contribution, defineModule, GrpcMethods, HttpRoutes, type Publisher } from '@skein/core';
import { LimitedReadsToken, TimeQueryToken } from '@skein/query/contract';
import { GraphqlResolvers } from '@skein/query-graphql/contract';
import { DeduplicatingPublisher, NamingToken, OalScripts, observations, Sources, StorageModels } from '@skein/telemetry';
import { Directory } from '@skein/telemetry/traffic';
import { BrowserAnalysis } from './browser-analysis.js';
import { browserMethods } from './browser-methods.js';
import { BROWSER_OAL } from './browser-oal.js';
import { browserRoutes } from './browser-routes.js';
import { BrowserConfig } from './config.js';
import { BrowserErrorLogModel } from './error-log-model.js';
import { ErrorLogQuery } from './error-log-query.js';
import { errorLogResolvers } from './error-log-resolvers.js';
import { type BrowserItem, reports } from './report.js';
import { BROWSER_SOURCES } from './sources.js';

/** Names of applications, versions and pages whose ids are kept, bytes. */
const MAX_NAME_BYTES = 16 * 1024 * 1024;

/** Error logs that are remembered: some 10 MB of ids. */
const MAX_IDS = 50_000;

/** Takes the performance data and error logs of browsers, and answers queries for them. */
export default defineModule({
  name: 'browser',
  config: BrowserConfig,
  needs: { naming: NamingToken, reads: LimitedReadsToken, time: TimeQueryToken },
  publishes: { observations },
  contributes: [
    GrpcMethods,
    HttpRoutes,
    GraphqlResolvers,
    contribution(Sources, ...BROWSER_SOURCES),
    contribution(StorageModels, BrowserErrorLogModel),
    contribution(OalScripts, { file: 'browser.oal', text: BROWSER_OAL }),
  ],
  activate({ config, services, streams, clock, meter, contribute }) {
    const { naming, reads, time } = services;
    const directory = new Directory(naming, MAX_NAME_BYTES);
    meter.gauge('names_held_bytes', 'Names of applications, versions and pages whose ids are kept', () => directory.bytes);
    const cutLogs = meter.counter('error_logs_cut_total', 'Error logs above 64 KiB, whose longest texts were cut');
    const analysis = new BrowserAnalysis(directory, config.sampleRate, () => cutLogs.add(1));
    let publisher: Publisher<BrowserItem> = streams.observations;
    if (config.dedupe > 0) {
      // skywalking-client-js sends the logs that wait when a page is left once for each of them.
      const recognising = new DeduplicatingPublisher<BrowserItem>(streams.observations, clock, {
        idOf: ({ repetition }) => repetition,
        windowMs: config.dedupe,
        limit: MAX_IDS,
        what: 'error log',
      });
      meter.gauge('remembered_error_logs', 'Error logs whose repetition would be recognised', () => recognising.ids.size);
      publisher = recognising;
    }
    const now = (): number => clock.now();
    for (const report of reports(analysis, now, (reason) => publisher.skip(1, reason))) {
      for (const method of browserMethods(config.listeners.grpc, report, publisher, clock)) contribute(GrpcMethods, method);
      for (const route of browserRoutes(config.listeners.http, report, publisher, clock)) contribute(HttpRoutes, route);
    }
    contribute(GraphqlResolvers, { resolvers: errorLogResolvers(new ErrorLogQuery(reads, time, clock, meter), time) });
  },
});
