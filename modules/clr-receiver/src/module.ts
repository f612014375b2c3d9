import { contribution, defineModule, deliver, GrpcMethods } from '@skein/core';
import { InstanceModel, NamingToken, OalScripts, observations, Sources, StorageModels } from '@skein/telemetry';
import { Directory } from '@skein/telemetry/traffic';
import { CLR_SOURCES } from './clr-definitions.js';
import { clrObservations } from './clr-observations.js';
import { ClrReceiverConfig } from './config.js';
import { DOTNET_AGENT_OAL } from './dotnet-agent-oal.js';

/** With and without a package, receivers.md 3.2 and 3.3. */
const METHODS = ['/skywalking.v3.CLRMetricReportService/collect', '/CLRMetricReportService/collect'];
/** An empty `Commands` message. */
const NO_COMMANDS = new Uint8Array(0);
/** Names and ids of instances that are kept encoded: some 10 000 of them. */
const DIRECTORY_BYTES = 8 * 1024 * 1024;

/** Takes the CLR metrics of .NET agents. */
export default defineModule({
  name: 'clr-receiver',
  config: ClrReceiverConfig,
  needs: { naming: NamingToken },
  publishes: { observations },
  contributes: [
    GrpcMethods,
    contribution(Sources, ...CLR_SOURCES),
    contribution(StorageModels, InstanceModel),
    contribution(OalScripts, { file: 'dotnet-agent.oal', text: DOTNET_AGENT_OAL }),
  ],
  activate({ config, services, streams, clock, meter, contribute }) {
    const directory = new Directory(services.naming, DIRECTORY_BYTES);
    meter.gauge('clr_id_cache_bytes', 'Size of the cache of entity ids, roughly', () => directory.bytes);
    const read = (report: Uint8Array) => clrObservations(directory, report);
    for (const path of METHODS) {
      contribute(GrpcMethods, {
        listener: config.listener,
        path,
        kind: 'unary',
        handle: async (report, call) => {
          await deliver({ messages: [[report]], read, publisher: streams.observations, call, clock });
          return NO_COMMANDS;
        },
      });
    }
  },
});
