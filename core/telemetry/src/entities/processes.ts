import { createHash } from 'node:crypto';
import { minute } from '../sources/source-rows.js';
import { clip } from '../storage/check-row.js';
import type { EntityModel } from '../storage/models.js';
import type { EntityUpdate } from '../storage/observed.js';
import { relationId } from './ids.js';

/** How a process was found. `VIRTUAL`: nobody reported it; it stands for an address that a reported process talks to. */
export type ProcessDetectType = 'UNDEFINED' | 'VM' | 'KUBERNETES' | 'VIRTUAL';

/** Longest name of a process as it is stored, in UTF-8 bytes. */
export const MAX_PROCESS_NAME_BYTES = 1024;

/** The id of a process of an instance: lower-case hex SHA-256 of `<name>_<instance id>`. Source: analysis.md 4.1. */
export const processId = (instance: string, name: string): string =>
  createHash('sha256').update(`${name}_${instance}`, 'utf8').digest('hex');

const id = { type: 'string', maxBytes: 2048, merge: 'first' } as const;
const word = { type: 'string', maxBytes: 1024, merge: 'last' } as const;

const entity = (model: Pick<EntityModel, 'name' | 'fields' | 'filter' | 'text'>): EntityModel => ({
  kind: 'entity',
  version: 1,
  ttl: 'metrics',
  ...model,
});

/**
 * id: processId. `service` and `instance` are ids. `detectType` is a {@link ProcessDetectType}, `agent` the id of the eBPF agent that reported it
 * (empty: none), `properties` a JSON object of strings, `labels` a JSON list of strings: those of the latest report, not all that there ever were.
 */
export const ProcessModel = entity({
  name: 'process',
  fields: {
    name: { type: 'string', maxBytes: MAX_PROCESS_NAME_BYTES, merge: 'first' },
    service: id,
    instance: id,
    agent: word,
    detectType: word,
    properties: { type: 'json', maxBytes: 65_536, merge: 'last' },
    labels: { type: 'json', maxBytes: 65_536, merge: 'last' },
    profilable: { type: 'bool', merge: 'last' },
    firstSeen: { type: 'instant', merge: 'min' },
    lastSeen: { type: 'instant', merge: 'max' },
  },
  filter: ['name', 'service', 'instance', 'agent', 'detectType', 'profilable', 'firstSeen', 'lastSeen'],
  text: 'name',
});

/** Scope of process relation metrics. Its rows are not written: which relations exist, and with which components, is in the side models. */
export const ProcessRelationModel = entity({ name: 'process_relation', fields: {}, filter: [] });

const side = (name: string): EntityModel =>
  entity({
    name,
    fields: { source: id, dest: id, instance: id, components: { type: 'strings', maxBytes: 4096, merge: 'union' } },
    filter: ['source', 'dest', 'instance'],
  });

/**
 * id: relationId of two process ids. One model for each side that can see a relation, so that activity in a range tells the detect points.
 * `source` and `dest` are process ids, `instance` is the id of the instance that saw it, `components` holds component ids as decimal text.
 */
export const ProcessRelationClientModel = side('process_relation_client_side');
export const ProcessRelationServerModel = side('process_relation_server_side');

/** All models of processes. Whoever writes one of them, or metrics of their scopes, contributes all of them to StorageModels. */
export const PROCESS_ENTITY_MODELS: readonly EntityModel[] = [
  ProcessModel,
  ProcessRelationModel,
  ProcessRelationClientModel,
  ProcessRelationServerModel,
];

/** What a report says of a process; what it does not say stays as it is stored. */
export interface ProcessReport {
  /** As it was reported; longer names are cut, see {@link MAX_PROCESS_NAME_BYTES}. Their ids are made from all of the name. */
  readonly name: string;
  /** Ids of its service and instance. */
  readonly service: string;
  readonly instance: string;
  readonly detectType?: ProcessDetectType;
  readonly agent?: string;
  /** A JSON object of strings. */
  readonly properties?: string;
  /** A JSON list of strings. */
  readonly labels?: string;
  /** Whether its stacks can be read. */
  readonly profilable?: boolean;
}

/** The row of a process that is seen alive at `time`. When it was, is in the row: processes are not searched by activity. */
export function processUpdate({ name, agent, ...report }: ProcessReport, time: number): EntityUpdate {
  const at = minute(time);
  const row = {
    name: clip(name, MAX_PROCESS_NAME_BYTES),
    ...(agent !== undefined && { agent: clip(agent, 1024) }),
    ...report,
    firstSeen: at,
    lastSeen: at,
  };
  // `last` fields of reports in one minute must not be decided by their text, so their time is exact.
  return { model: ProcessModel, id: processId(report.instance, name), at: time, row };
}

/** Two processes of which one called the other, as one side saw it. */
export interface ProcessCall {
  /** Process ids. */
  readonly source: string;
  readonly dest: string;
  /** Id of the instance whose agent saw it. */
  readonly instance: string;
  readonly componentId: number;
  readonly seenFrom: 'CLIENT' | 'SERVER';
}

/** The row of a relation between two processes in the model of the side that saw it. */
export function processRelationUpdate(call: ProcessCall, time: number): EntityUpdate {
  const { source, dest, instance, componentId, seenFrom } = call;
  return {
    model: seenFrom === 'CLIENT' ? ProcessRelationClientModel : ProcessRelationServerModel,
    id: relationId(source, dest),
    at: minute(time),
    active: true,
    row: { source, dest, instance, components: [String(componentId)] },
  };
}
