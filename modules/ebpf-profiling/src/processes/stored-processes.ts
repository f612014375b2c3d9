import type { Clock } from '@skein/core';
import type { LimitedReads, ReadOptions } from '@skein/query/contract';
import { type Duration, ProcessModel, parseMemberId, parseServiceId } from '@skein/telemetry';
import type { Condition, Row } from '@skein/telemetry/storage';

const MINUTE = 60_000;
/** For how long after it was last seen a process counts as running, where tasks are created. Source: query.md 3.5. */
const RUNNING_MS = 10 * MINUTE;
/** The same, where agents ask for tasks. Source: receivers.md 6.15. */
const TASKED_MS = 5 * MINUTE;

/** A process as it is shown. */
export interface StoredProcess {
  readonly id: string;
  readonly name: string;
  readonly serviceId: string;
  readonly serviceName: string;
  readonly instanceId: string;
  readonly instanceName: string;
  /** Empty for a virtual one. */
  readonly agentId: string;
  readonly detectType: string;
  readonly attributes: ReadonlyArray<{ readonly name: string; readonly value: string }>;
  readonly labels: readonly string[];
  /** Its stacks can be read. */
  readonly profilable: boolean;
}

/** Reads of processes. */
export class StoredProcesses {
  constructor(
    private readonly reads: LimitedReads,
    private readonly clock: Clock,
  ) {}

  /** Those of an instance that were alive in the range, virtual ones too, by name. */
  ofInstance(instance: string, { range }: Duration, o?: ReadOptions): Promise<readonly StoredProcess[]> {
    const where: readonly Condition[] = [
      ['instance', '=', instance],
      ['lastSeen', '>=', minuteOf(range.from)],
      ['firstSeen', '<=', minuteOf(range.to)],
    ];
    return this.#list(where, o);
  }

  async one(id: string, o?: ReadOptions): Promise<StoredProcess | undefined> {
    return (await this.byId([id], o)).get(id);
  }

  /** Ids that are not stored are absent. */
  async byId(ids: readonly string[], o?: ReadOptions): Promise<ReadonlyMap<string, StoredProcess>> {
    if (ids.length === 0) return new Map();
    const rows = await this.reads.entities({ model: ProcessModel, ids, limit: ids.length }, o);
    return new Map(rows.map((row) => [row.id, processOf(row)]));
  }

  /** All that are stored of a service, whenever they were seen; without virtual ones. */
  ofService(service: string, o?: ReadOptions): Promise<readonly StoredProcess[]> {
    return this.#list(
      [
        ['service', '=', service],
        ['detectType', '!=', 'VIRTUAL'],
      ],
      o,
    );
  }

  /** All that are stored of an instance, whenever they were seen; without virtual ones. */
  realOfInstance(instance: string, o?: ReadOptions): Promise<readonly StoredProcess[]> {
    return this.#list(
      [
        ['instance', '=', instance],
        ['detectType', '!=', 'VIRTUAL'],
      ],
      o,
    );
  }

  /** Those of a service whose stacks can be read, seen in the last 10 minutes. */
  profilable(service: string, o?: ReadOptions): Promise<readonly StoredProcess[]> {
    return this.#list(
      [
        ['service', '=', service],
        ['profilable', '=', true],
        ['lastSeen', '>=', minuteOf(this.clock.now() - RUNNING_MS)],
      ],
      o,
    );
  }

  /** Those that an eBPF agent reported in the last 5 minutes. */
  async ofAgent(agent: string, o?: ReadOptions): Promise<readonly StoredProcess[]> {
    if (agent === '') return [];
    return this.#list(
      [
        ['agent', '=', agent],
        ['lastSeen', '>=', minuteOf(this.clock.now() - TASKED_MS)],
      ],
      o,
    );
  }

  async #list(where: readonly Condition[], o?: ReadOptions): Promise<readonly StoredProcess[]> {
    const rows = await this.reads.allEntities({ model: ProcessModel, where, order: { by: 'name', descending: false } }, o);
    return rows.map(processOf);
  }
}

/** Labels of processes, each once, sorted. */
export const labelsOf = (processes: readonly StoredProcess[]): readonly string[] =>
  [...new Set(processes.flatMap(({ labels }) => labels))].sort();

/** Whether a process has all of the labels. */
export const hasLabels = ({ labels }: StoredProcess, wanted: readonly string[]): boolean => wanted.every((label) => labels.includes(label));

const minuteOf = (time: number): number => Math.floor(time / MINUTE) * MINUTE;
const text = (value: unknown): string => (typeof value === 'string' ? value : '');

function processOf(row: Row & { readonly id: string }): StoredProcess {
  const service = text(row.service);
  const instance = text(row.instance);
  return {
    id: row.id,
    name: text(row.name),
    serviceId: service,
    serviceName: parseServiceId(service)?.name ?? '',
    instanceId: instance,
    instanceName: parseMemberId(instance)?.name ?? '',
    agentId: text(row.agent),
    detectType: text(row.detectType) || 'UNDEFINED',
    attributes: Object.entries((parsed(row.properties) ?? {}) as Record<string, string>).map(([name, value]) => ({ name, value })),
    labels: (parsed(row.labels) ?? []) as readonly string[],
    profilable: row.profilable === true,
  };
}

/** The fields were checked to be JSON when they were stored. */
const parsed = (json: unknown): unknown => (typeof json === 'string' ? JSON.parse(json) : undefined);
