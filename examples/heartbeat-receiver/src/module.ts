import { contribution, defineModule, deliver, HttpRoutes, Type } from '@skein/core';
import {
  NamingToken,
  OalScripts,
  type Observation,
  observations,
  type Source,
  type SourceDefinition,
  Sources,
  serviceId,
  serviceUpdate,
} from '@skein/telemetry';

interface HeartBeat extends Source {
  readonly name: string;
  readonly rate: number;
}

/** What OAL may say `from`: a beat of a service, whose appearance writes the row of that service. */
const HeartBeatDefinition: SourceDefinition = {
  name: 'HeartBeat',
  scopeId: 10_001,
  scope: 'service',
  catalog: 'SERVICE',
  attributes: { name: { type: 'string' }, rate: { type: 'int' } },
  rows: (beat: HeartBeat) => [serviceUpdate(beat.entity, beat.name, 'GENERAL', beat.time)],
};

export default defineModule({
  name: 'heartbeat-receiver',
  config: Type.Object({ path: Type.String({ default: '/heartbeat', description: 'HTTP path that takes {"name": ..., "rate": ...}' }) }),
  needs: { naming: NamingToken },
  publishes: { observations },
  contributes: [
    HttpRoutes,
    contribution(Sources, HeartBeatDefinition),
    contribution(OalScripts, { file: 'heartbeat.oal', text: 'heart_rate = from(HeartBeat.rate).longAvg();' }),
  ],
  activate({ config, services, streams, clock, contribute }) {
    const read = (body: Uint8Array): readonly Observation[] => {
      const { name, rate } = JSON.parse(Buffer.from(body).toString('utf8')) as Record<string, unknown>;
      if (typeof name !== 'string' || typeof rate !== 'number') throw new Error('expected {"name": string, "rate": number}');
      const service = services.naming.service(name);
      const beat: HeartBeat = { definition: HeartBeatDefinition, entity: serviceId(service, true), time: clock.now(), name: service, rate };
      return [{ sources: [beat], records: [], entities: [], weight: 256 }];
    };
    contribute(HttpRoutes, {
      listener: 'rest',
      method: 'POST',
      path: config.path,
      // Holds the reply until the beat is durable; refuses in time when there is no room; a body that cannot be read is a 400, and counted.
      handle: async (call) => {
        await deliver({ messages: [[call.body]], read, publisher: streams.observations, call, clock });
        return { status: 202 };
      },
    });
  },
});
