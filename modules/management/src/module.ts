import {
  type Clock,
  defineModule,
  deliver,
  type GrpcMethod,
  GrpcMethods,
  type HttpRoute,
  HttpRoutes,
  type Publisher,
  StatusError,
} from '@skein/core';
import { DynamicConfigToken } from '@skein/dynamic-config/contract';
import { bodyFormat } from '@skein/proto';
import { NamingToken, type Observation, observations } from '@skein/telemetry';
import { AGENT_CONFIGURATIONS, AgentSettings } from './agent-settings.js';
import { ManagementConfig } from './config.js';
import { configurationMethod } from './configuration-method.js';
import { InstanceObservations } from './instance-observations.js';
import { type Report, reports } from './report.js';

/** With and without a package, receivers.md 3.2 and 3.3. */
const SERVICES = ['/skywalking.v3.ManagementService', '/ManagementService'];
/** An empty `Commands` message. */
const NO_COMMANDS = new Uint8Array(0);

/** Takes what agents report about themselves (the properties of an instance, and that it is alive), and tells them their settings. */
export default defineModule({
  name: 'management',
  config: ManagementConfig,
  needs: { naming: NamingToken },
  optional: { dynamic: DynamicConfigToken },
  publishes: { observations },
  contributes: [GrpcMethods, HttpRoutes],
  activate({ config, services, streams, clock, meter, contribute, own }) {
    const leftOut = meter.counter('instance_properties_left_out_total', 'Properties of instances that were not kept, for lack of room');
    const instances = new InstanceObservations(services.naming, (count) => leftOut.add(count));
    for (const report of reports(instances)) {
      for (const service of SERVICES) contribute(GrpcMethods, method(config.listeners.grpc, service, report, streams.observations, clock));
      contribute(HttpRoutes, route(config.listeners.http, report, streams.observations, clock));
    }
    const settings = new AgentSettings();
    const watching = services.dynamic?.watch(AGENT_CONFIGURATIONS, (tree) => settings.use(tree));
    if (watching !== undefined) own(watching);
    contribute(GrpcMethods, configurationMethod(config.listeners.grpc, settings, config.disableMessageDigest, meter));
  },
});

function method(listener: string, service: string, report: Report, publisher: Publisher<Observation>, clock: Clock): GrpcMethod {
  const read = (bytes: Uint8Array): readonly Observation[] => [report.fromProtobuf(bytes, clock.now())];
  return {
    listener,
    path: `${service}/${report.method}`,
    kind: 'unary',
    handle: async (request, call) => {
      await deliver({ messages: [[request]], read, publisher, call, clock });
      return NO_COMMANDS;
    },
  };
}

function route(listener: string, report: Report, publisher: Publisher<Observation>, clock: Clock): HttpRoute {
  return {
    listener,
    method: 'POST',
    path: `/v3/management/${report.path}`,
    handle: async (call) => {
      const format = bodyFormat(call.headers.get('content-type'));
      if (format === undefined) {
        publisher.skip(1, 'content-type');
        throw new StatusError('UNSUPPORTED_MEDIA_TYPE', 'expected application/json or application/x-protobuf');
      }
      const decode = format === 'json' ? report.fromJson : report.fromProtobuf;
      const read = (body: Uint8Array): readonly Observation[] => [decode(body, clock.now())];
      await deliver({ messages: [[call.body]], read, publisher, call, clock });
      return { status: 200, headers: { 'content-type': 'application/protobuf' } };
    },
  };
}
