import { instanceId, instanceUpdate, layerNamed, type Naming, type Observation, serviceId, serviceUpdate } from '@skein/telemetry';
import type { EntityUpdate } from '@skein/telemetry/storage';
import { propertiesText } from './properties-text.js';

/** A property of an instance as it was reported. */
export interface Property {
  readonly key: string;
  readonly value: string;
}

/** What an update holds in memory beside its texts, roughly. */
const UPDATE_BYTES = 500;

/** What agents report about themselves, as observations, receivers.md 6.3. The time is the server's. */
export class InstanceObservations {
  /** @param leftOut told how many properties of a report had no room */
  constructor(
    private readonly naming: Naming,
    private readonly leftOut: (count: number) => void,
  ) {}

  /** Names the instance and its properties; no service appears, and the message's layer means nothing. */
  properties(service: string, instance: string, properties: readonly Property[], now: number): Observation {
    const { serviceId: owner, id, instanceName } = this.ids(service, instance);
    const { text, leftOut } = propertiesText(properties);
    if (leftOut > 0) this.leftOut(leftOut);
    return {
      sources: [],
      records: [],
      entities: [instanceUpdate(id, instanceName, owner, undefined, now, text)],
      weight: UPDATE_BYTES + 2 * text.length,
    };
  }

  /** The instance lives, and its service exists in a layer: GENERAL when none is named, UNDEFINED when the name is not known. */
  keepAlive(service: string, instance: string, layerName: string, now: number): Observation {
    const layer = layerName === '' ? 'GENERAL' : layerNamed(layerName);
    const { serviceId: owner, id, serviceName, instanceName } = this.ids(service, instance);
    return {
      sources: [],
      records: [],
      entities: [normalServiceUpdate(owner, serviceName, layer, now), instanceUpdate(id, instanceName, owner, layer, now)],
      weight: 2 * UPDATE_BYTES,
    };
  }

  private ids(service: string, instance: string) {
    const serviceName = named(this.naming.service(service));
    const instanceName = named(this.naming.instance(instance));
    const owner = serviceId(serviceName, true);
    return { serviceName, instanceName, serviceId: owner, id: instanceId(owner, instanceName) };
  }
}

/** Both messages are sent by a process that is there, so the service is a normal one, also in a layer whose services usually are not. */
function normalServiceUpdate(id: string, name: string, layer: string, now: number): EntityUpdate {
  const update = serviceUpdate(id, name, layer, now);
  return { ...update, row: { ...update.row, normal: true } };
}

/** As ids have it, receivers.md 5. */
const named = (name: string): string => (name.trim() === '' ? '_blank' : name);
