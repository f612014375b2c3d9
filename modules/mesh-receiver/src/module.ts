import { contribution, defineModule, deliver, GrpcMethods, StreamError } from '@skein/core';
import { decodeMesh } from '@skein/proto/mesh';
import {
  CORE_ENTITY_MODELS,
  CORE_SOURCES,
  NamingToken,
  OalScripts,
  type Observation,
  observations,
  Sources,
  StorageModels,
  TCP_SOURCES,
} from '@skein/telemetry';
import { Directory } from '@skein/telemetry/traffic';
import { MeshReceiverConfig } from './config.js';
import { MeshAnalysis } from './mesh-analysis.js';
import { MESH_OAL } from './mesh-oal.js';
import { ReportedProperties } from './reported-properties.js';
import { TCP_OAL } from './tcp-oal.js';

/** Of today, and without a package, which took the flat form only: receivers.md 3.3. */
const METHODS = ['/skywalking.v3.ServiceMeshMetricService/collect', '/ServiceMeshMetricService/collect'];
/** A `MeshProbeDownstream` message, which has no fields. */
const DOWNSTREAM = new Uint8Array(0);
/** Names and ids of services, instances and endpoints that are kept encoded. */
const DIRECTORY_BYTES = 32 * 1024 * 1024;
const PROPERTIES_BYTES = 16 * 1024 * 1024;

/** Takes what the proxies of a service mesh saw, in both wire forms, and turns it into traffic between services. */
export default defineModule({
  name: 'mesh-receiver',
  config: MeshReceiverConfig,
  needs: { naming: NamingToken },
  publishes: { observations },
  contributes: [
    GrpcMethods,
    contribution(Sources, ...CORE_SOURCES, ...TCP_SOURCES),
    contribution(StorageModels, ...CORE_ENTITY_MODELS),
    contribution(OalScripts, { file: 'mesh.oal', text: MESH_OAL }, { file: 'tcp.oal', text: TCP_OAL }),
  ],
  activate({ config, services, streams, clock, meter, contribute }) {
    const directory = new Directory(services.naming, DIRECTORY_BYTES);
    meter.gauge('mesh_id_cache_bytes', 'Size of the cache of entity ids, roughly', () => directory.bytes);
    const properties = new ReportedProperties(PROPERTIES_BYTES);
    const analysis = new MeshAnalysis(directory, properties, config.tcpMetrics);
    const publisher = streams.observations;
    const read = (message: Uint8Array): readonly Observation[] => {
      const found: Observation[] = [];
      for (const item of decodeMesh(message)) {
        const observation = analysis.observe(item);
        if (observation === undefined) publisher.skip(1, 'no-service');
        else found.push(observation);
      }
      return found;
    };
    for (const path of METHODS) {
      contribute(GrpcMethods, {
        listener: config.listener,
        path,
        kind: 'client-stream',
        handle: async (messages, call) => {
          try {
            await deliver({ messages, read, publisher, call, clock });
          } catch (error) {
            if (error instanceof StreamError) properties.clear();
            throw error;
          }
          return DOWNSTREAM;
        },
      });
    }
  },
});
