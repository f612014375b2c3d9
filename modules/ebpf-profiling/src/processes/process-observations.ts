import {
  instanceId,
  instanceUpdate,
  LAYERS,
  type Naming,
  type Observation,
  type ProcessDetectType,
  processId,
  processUpdate,
  serviceId,
  serviceUpdate,
} from '@skein/telemetry';
import { labelsJson, propertiesJson } from './bounded-json.js';

/** Which process of which instance, as an agent names it. */
export interface ProcessEntity {
  readonly layer: string;
  readonly serviceName: string;
  readonly instanceName: string;
  readonly processName: string;
  readonly labels: readonly string[];
}
/** A process as an agent tells of it. */
export interface ReportedProcess {
  readonly entity: ProcessEntity;
  readonly properties: ReadonlyArray<{ readonly key: string; readonly value: string }>;
  /** Of the agent. */
  readonly agent: string;
}

/** Ids of an entity. */
export interface ProcessIds {
  readonly service: string;
  readonly instance: string;
  readonly process: string;
}

/** What an update holds in memory beside its texts, roughly. */
const UPDATE_BYTES = 500;
/** The property by which an agent says that it can read the stacks of a process. Source: receivers.md 6.15. */
const PROFILABLE = 'support_ebpf_profiling';

const layers: ReadonlySet<string> = new Set(LAYERS);
/** As ids have it, receivers.md 5. */
const named = (name: string): string => (name.trim() === '' ? '_blank' : name);

/** What eBPF agents report of processes, as observations, receivers.md 6.15. The time is the server's. */
export class ProcessObservations {
  /** @param leftOut told how many properties and labels of a report had no room */
  constructor(
    private readonly naming: Naming,
    private readonly leftOut: (count: number) => void,
  ) {}

  /** Names of services and instances are cut as everywhere; that of the process counts as it is. The service is a normal one. */
  ids({ serviceName, instanceName, processName }: Omit<ProcessEntity, 'layer' | 'labels'>): ProcessIds {
    const service = serviceId(this.naming.service(serviceName), true);
    const instance = instanceId(service, this.naming.instance(instanceName));
    return { service, instance, process: processId(instance, processName) };
  }

  /** A process that an agent has found. */
  found(reported: ReportedProcess, detectType: ProcessDetectType, now: number): Observation {
    return this.observation(reported, detectType, [], now);
  }

  /** A process that is still there, and with it its instance and its service. Throws when there is no layer of that name. */
  alive(reported: ReportedProcess, now: number): Observation {
    const { layer, serviceName, instanceName } = reported.entity;
    if (!layers.has(layer)) throw new Error(`there is no layer "${layer.slice(0, 50)}"`);
    const { service, instance } = this.ids(reported.entity);
    const seen = serviceUpdate(service, named(this.naming.service(serviceName)), layer, now);
    return this.observation(
      reported,
      undefined,
      [
        // A service with processes is there, also in a layer whose services are usually conjectured.
        { ...seen, row: { ...seen.row, normal: true } },
        instanceUpdate(instance, named(this.naming.instance(instanceName)), service, layer, now),
      ],
      now,
    );
  }

  private observation(
    { entity, properties, agent }: ReportedProcess,
    detectType: ProcessDetectType | undefined,
    others: Observation['entities'],
    now: number,
  ): Observation {
    const { service, instance } = this.ids(entity);
    const kept = propertiesJson(properties);
    const labels = labelsJson(entity.labels);
    if (kept.leftOut + labels.leftOut > 0) this.leftOut(kept.leftOut + labels.leftOut);
    const profilable = properties.some(({ key, value }) => key === PROFILABLE && value === 'true');
    const process = processUpdate(
      {
        name: entity.processName,
        service,
        instance,
        agent,
        properties: kept.text,
        labels: labels.text,
        profilable,
        ...(detectType !== undefined && { detectType }),
      },
      now,
    );
    const entities = [...others, process];
    return { sources: [], records: [], entities, weight: UPDATE_BYTES * entities.length + 2 * (kept.text.length + labels.text.length) };
  }
}
