import { defineModule, GrpcMethods, HttpRoutes } from '@skein/core';
import { logs } from '@skein/telemetry';
import { LogReceiverConfig } from './config.js';
import { logMethod } from './log-method.js';
import { logRoute } from './log-route.js';

/** Takes logs over gRPC and HTTP. */
export default defineModule({
  name: 'log-receiver',
  config: LogReceiverConfig,
  publishes: { logs },
  contributes: [GrpcMethods, HttpRoutes],
  activate({ config, streams, clock, contribute }) {
    contribute(GrpcMethods, logMethod(config.listeners.grpc, streams.logs, clock));
    contribute(HttpRoutes, logRoute(config.listeners.http, streams.logs, clock));
  },
});
