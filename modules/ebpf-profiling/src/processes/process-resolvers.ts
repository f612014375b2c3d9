import type { DurationInput, LimitedReads, TimeQuery } from '@skein/query/contract';
import { type GraphqlContext, type GraphqlResolverMap, traced } from '@skein/query-graphql/contract';
import { instanceId, isNormalLayer, serviceId } from '@skein/telemetry';
import { processTopology } from './process-topology.js';
import { hasLabels, type StoredProcess, type StoredProcesses } from './stored-processes.js';

interface Timed {
  readonly duration: DurationInput;
  readonly debug?: boolean | null;
}
interface InstanceCondition {
  readonly serviceName: string;
  readonly instanceName: string;
  readonly layer?: string | null;
}

/** Rows of a list, counted against what one query may answer. */
async function counted(rows: Promise<readonly StoredProcess[]>, o: GraphqlContext): Promise<readonly StoredProcess[]> {
  const found = await rows;
  o.spend(found.length);
  return found;
}

/** The instance of a condition; its service is a normal one unless the layer says otherwise, query.md 3.3. */
const conditionId = ({ serviceName, instanceName, layer }: InstanceCondition): string =>
  instanceId(serviceId(serviceName, !layer || isNormalLayer(layer)), instanceName);

/** Processes and what they talk to, query.md 3.5 and 3.6. */
export function processResolvers(processes: StoredProcesses, reads: LimitedReads, time: TimeQuery): GraphqlResolverMap {
  const topology = (instance: string, a: Timed, o: GraphqlContext) =>
    traced(a.debug, 'process topology', a, async () => {
      const found = await o.once(`process topology ${JSON.stringify([instance, a.duration])}`, (r) =>
        processTopology(reads, processes, instance, time.parse(a.duration), r),
      );
      o.spend(found.nodes.length + found.calls.length);
      return found;
    });
  return {
    Query: {
      listProcesses: (_, a: { instanceId: string } & Timed, o) => counted(processes.ofInstance(a.instanceId, time.parse(a.duration), o), o),
      getProcess: (_, a: { processId: string }, o) => processes.one(a.processId, o),
      estimateProcessScale: async (_, a: { serviceId: string; labels: readonly string[] }, o) =>
        (await processes.profilable(a.serviceId, o)).filter((process) => hasLabels(process, a.labels)).length,
      getProcessTopology: (_, a: { serviceInstanceId: string } & Timed, o) => topology(a.serviceInstanceId, a, o),
      getProcessTopologyByName: (_, a: { instance: InstanceCondition } & Timed, o) => topology(conditionId(a.instance), a, o),
    },
  };
}
