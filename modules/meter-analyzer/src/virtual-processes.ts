import { type EntityUpdate, type ProcessDetectType, processId, processUpdate } from '@skein/telemetry';
import type { Directory } from '@skein/telemetry/traffic';

/** Names of the processes that stand for all that nobody reported. Dashboards show them. */
const LOCAL = 'UNKNOWN_LOCAL';
const REMOTE = 'UNKNOWN_REMOTE';
const VIRTUAL: ProcessDetectType = 'VIRTUAL';
/** Processes seen in one set of samples that are written; those of the next set are again. */
const MAX_SEEN = 10_000;

type ClosureFunction = (...args: readonly (string | null)[]) => string | null;

/** Processes that rules make up for the ends of connections without a process of their own, and their rows. */
export class VirtualProcesses {
  private readonly seen = new Map<string, { readonly name: string; readonly service: string; readonly instance: string }>();

  constructor(private readonly directory: Directory) {}

  /** What closures may call, each with service and instance. They give the id of the process. */
  readonly functions: ReadonlyMap<string, ClosureFunction> = new Map<string, ClosureFunction>([
    ['ProcessRegistry.generateVirtualLocalProcess', (service, instance) => this.process(service, instance, LOCAL)],
    ['ProcessRegistry.generateVirtualRemoteProcess', (service, instance) => this.process(service, instance, REMOTE)],
  ]);

  /** Rows of the processes that were asked for since the last call. */
  takeRows(time: number): readonly EntityUpdate[] {
    if (this.seen.size === 0) return [];
    const rows = [...this.seen.values()].map((process) => processUpdate({ ...process, detectType: VIRTUAL }, time));
    this.seen.clear();
    return rows;
  }

  private process(service: string | null, instance: string | null, name: string): string {
    const owner = this.directory.service(service ?? '', true);
    const node = this.directory.instance(owner, instance ?? '');
    const id = processId(node.id, name);
    if (this.seen.size < MAX_SEEN) this.seen.set(id, { name, service: owner.id, instance: node.id });
    return id;
  }
}
