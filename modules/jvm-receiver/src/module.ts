import { contribution, defineModule, deliver, GrpcMethods } from '@skein/core';
import { InstanceModel, NamingToken, OalScripts, observations, Sources, StorageModels } from '@skein/telemetry';
import { Directory } from '@skein/telemetry/traffic';
import { JvmReceiverConfig } from './config.js';
import { JAVA_AGENT_OAL } from './java-agent-oal.js';
import { JVM_SOURCES } from './jvm-definitions.js';
import { jvmObservations } from './jvm-observations.js';

/** With and without a package, receivers.md 3.2 and 3.3. */
const METHODS = ['/skywalking.v3.JVMMetricReportService/collect', '/JVMMetricReportService/collect'];
/** An empty `Commands` message. */
const NO_COMMANDS = new Uint8Array(0);
/** Names and ids of instances that are kept encoded: some 10 000 of them. */
const DIRECTORY_BYTES = 8 * 1024 * 1024;

/** Takes the JVM metrics of Java agents. */
export default defineModule({
  name: 'jvm-receiver',
  config: JvmReceiverConfig,
  needs: { naming: NamingToken },
  publishes: { observations },
  contributes: [
    GrpcMethods,
    contribution(Sources, ...JVM_SOURCES),
    contribution(StorageModels, InstanceModel),
    contribution(OalScripts, { file: 'java-agent.oal', text: JAVA_AGENT_OAL }),
  ],
  activate({ config, services, streams, clock, meter, contribute }) {
    const directory = new Directory(services.naming, DIRECTORY_BYTES);
    meter.gauge('jvm_id_cache_bytes', 'Size of the cache of entity ids, roughly', () => directory.bytes);
    const read = (report: Uint8Array) => jvmObservations(directory, report);
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
