import { type Call, inTurns, type LimitedReads, type ReadOptions, type SeenFrom } from '@skein/query/contract';
import { componentName, type Duration, ProcessRelationClientModel, ProcessRelationServerModel } from '@skein/telemetry';
import type { EntityModel, Row } from '@skein/telemetry/storage';
import type { StoredProcess, StoredProcesses } from './stored-processes.js';

/** A process in a topology. */
export interface ProcessNode {
  readonly id: string;
  readonly name: string;
  readonly serviceId: string;
  readonly serviceName: string;
  readonly serviceInstanceId: string;
  readonly serviceInstanceName: string;
  /** false: it stands for an address. */
  readonly isReal: boolean;
}

/** What the processes of an instance talk to. */
export interface ProcessTopology {
  readonly nodes: readonly ProcessNode[];
  readonly calls: readonly Call[];
}

interface Seen {
  readonly id: string;
  readonly source: string;
  readonly dest: string;
  readonly from: SeenFrom;
  readonly components: readonly string[];
}

/** Relations that an instance's agent saw in the range, from either side. Calls from or to a process that is not stored are left out. */
export async function processTopology(
  reads: LimitedReads,
  processes: StoredProcesses,
  instance: string,
  duration: Duration,
  o?: ReadOptions,
): Promise<ProcessTopology> {
  const [client, server] = await Promise.all([
    relations(reads, ProcessRelationClientModel, 'CLIENT', instance, duration, o),
    relations(reads, ProcessRelationServerModel, 'SERVER', instance, duration, o),
  ]);
  const seen = [...client, ...server];
  const ids = [...new Set(seen.flatMap(({ source, dest }) => [source, dest]))];
  const known = await processes.byId(ids, o);
  const drawn = seen.filter(({ source, dest }) => known.has(source) && known.has(dest));
  const ends = new Set(drawn.flatMap(({ source, dest }) => [source, dest]));
  return { nodes: [...ends].map((id) => nodeOf(known.get(id)!)), calls: joined(drawn) };
}

async function relations(
  reads: LimitedReads,
  model: EntityModel,
  from: SeenFrom,
  instance: string,
  duration: Duration,
  o?: ReadOptions,
): Promise<readonly Seen[]> {
  const rows = await reads.allEntities({ model, where: [['instance', '=', instance]], activeIn: duration.buckets }, o);
  const found: Seen[] = [];
  const add = ({ id, source, dest, components }: Row & { readonly id: string }): void => {
    const names = ((components ?? []) as readonly string[]).map((component) => componentName(Number(component)));
    found.push({ id, source: String(source ?? ''), dest: String(dest ?? ''), from, components: names });
  };
  await inTurns(rows, add, o?.signal);
  return found;
}

/** Relations of equal id are one call, the client's side first. */
function joined(seen: readonly Seen[]): readonly Call[] {
  const calls = new Map<string, Call>();
  for (const { id, source, dest, from, components } of seen) {
    const call = calls.get(id) ?? { id, source, target: dest, sourceComponents: [], targetComponents: [], detectPoints: [] };
    const detectPoints = [...call.detectPoints, from];
    calls.set(
      id,
      from === 'CLIENT' ? { ...call, detectPoints, sourceComponents: components } : { ...call, detectPoints, targetComponents: components },
    );
  }
  return [...calls.values()];
}

const nodeOf = (process: StoredProcess): ProcessNode => ({
  id: process.id,
  name: process.name,
  serviceId: process.serviceId,
  serviceName: process.serviceName,
  serviceInstanceId: process.instanceId,
  serviceInstanceName: process.instanceName,
  isReal: process.detectType !== 'VIRTUAL',
});
