import { contribution, defineModule, GrpcMethods, HttpRoutes } from '@skein/core';
import { LimitedReadsToken, TimeQueryToken } from '@skein/query/contract';
import { GraphqlResolvers } from '@skein/query-graphql/contract';
import { NamingToken, observations, StorageModels } from '@skein/telemetry';
import { EventsConfig } from './config.js';
import { eventMethod, eventRoute } from './event-doors.js';
import { EventIntake } from './event-intake.js';
import { EventModel } from './event-model.js';
import { EventQuery } from './event-query.js';
import { eventResolvers } from './event-resolvers.js';

/** Takes events over gRPC and HTTP, and answers queries for them. */
export default defineModule({
  name: 'events',
  config: EventsConfig,
  needs: { naming: NamingToken, reads: LimitedReadsToken, time: TimeQueryToken },
  publishes: { observations },
  contributes: [GrpcMethods, HttpRoutes, GraphqlResolvers, contribution(StorageModels, EventModel)],
  activate({ config, services, streams, clock, contribute }) {
    const { naming, reads, time } = services;
    const publisher = streams.observations;
    const delivery = { intake: new EventIntake(naming, time, clock, publisher), publisher, clock };
    contribute(GrpcMethods, eventMethod(config.listeners.grpc, delivery));
    contribute(HttpRoutes, eventRoute(config.listeners.http, delivery));
    contribute(GraphqlResolvers, { resolvers: eventResolvers(new EventQuery(reads, time), time) });
  },
});
