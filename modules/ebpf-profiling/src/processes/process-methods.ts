import { type Clock, deliver, type GrpcCall, type GrpcMethod, type Publisher, StatusError } from '@skein/core';
import { MalformedError } from '@skein/proto';
import { decodeProcessPings, decodeProcessReport, skywalking } from '@skein/proto/ebpf';
import type { Observation, ProcessDetectType } from '@skein/telemetry';
import type { ProcessEntity, ProcessObservations, ReportedProcess } from './process-observations.js';

const { EBPFReportProcessDownstream } = skywalking.v3;
const SERVICE = '/skywalking.v3.EBPFProcessService';
/** An empty `Commands` message. */
const NO_COMMANDS = new Uint8Array(0);

/** What the methods need. */
export interface ProcessIntake {
  readonly listener: string;
  readonly processes: ProcessObservations;
  readonly publisher: Publisher<Observation>;
  readonly clock: Clock;
}

/** A process of a report, and the member of the message that it stood in. */
interface FoundProcess extends ReportedProcess {
  readonly member: 'hostProcess' | 'k8sProcess';
  readonly pid: number;
}
const DETECTED: Readonly<Record<FoundProcess['member'], ProcessDetectType>> = { hostProcess: 'VM', k8sProcess: 'KUBERNETES' };

/** Takes the processes that eBPF agents find and see alive, receivers.md 6.15. */
export function processMethods(intake: ProcessIntake): readonly GrpcMethod[] {
  const { listener, processes, publisher, clock } = intake;
  const keep = <R>(reported: readonly R[], read: (one: R) => Observation, call: GrpcCall): Promise<number> =>
    deliver<Observation, R>({ messages: [reported], read: (one) => [read(one)], publisher, call, clock });
  const decoded = <T>(read: () => T): T => {
    try {
      return read();
    } catch (error) {
      if (!(error instanceof MalformedError)) throw error;
      publisher.skip(1, 'malformed');
      throw new StatusError('INVALID_ARGUMENT', error.message, { cause: error });
    }
  };
  return [
    {
      listener,
      path: `${SERVICE}/reportProcesses`,
      kind: 'unary',
      handle: async (request, call) => {
        const found = decoded(() => readReport(request));
        await keep(found, (one) => processes.found(one, DETECTED[one.member], clock.now()), call);
        return encodeIds(found, processes);
      },
    },
    {
      listener,
      path: `${SERVICE}/keepAlive`,
      kind: 'unary',
      handle: async (request, call) => {
        await keep(
          decoded(() => readPings(request)),
          (one) => processes.alive(one, clock.now()),
          call,
        );
        return NO_COMMANDS;
      },
    },
  ];
}

/** Processes of a report in their order; those that are of neither kind are left out. Throws {@link MalformedError}. */
export function readReport(bytes: Uint8Array): readonly FoundProcess[] {
  const { processes, ebpfAgentID } = decodeProcessReport(bytes);
  return (processes ?? []).flatMap(({ hostProcess, k8sProcess }) => {
    const metadata = hostProcess ?? k8sProcess;
    if (!metadata) return [];
    const { entity, pid, properties } = metadata;
    const member = hostProcess ? ('hostProcess' as const) : ('k8sProcess' as const);
    return [{ entity: entityOf(entity), properties: pairsOf(properties), agent: ebpfAgentID ?? '', member, pid: pid ?? 0 }];
  });
}

/** Throws {@link MalformedError}. */
export function readPings(bytes: Uint8Array): readonly ReportedProcess[] {
  const { processes, ebpfAgentID } = decodeProcessPings(bytes);
  return (processes ?? []).map(({ entityMetadata, properties }) => ({
    entity: entityOf(entityMetadata),
    properties: pairsOf(properties),
    agent: ebpfAgentID ?? '',
  }));
}

/** The answer to a report: every process as it was named, with its id. */
function encodeIds(found: readonly FoundProcess[], ids: ProcessObservations): Uint8Array {
  const processes = found.map(({ entity, member, pid }) => ({
    processId: ids.ids(entity).process,
    [member]: { pid, entityMetadata: { ...entity, labels: [...entity.labels] } },
  }));
  return EBPFReportProcessDownstream.encode({ processes }).finish();
}

const entityOf = (entity: skywalking.v3.IEBPFProcessEntityMetadata | null | undefined): ProcessEntity => ({
  layer: entity?.layer ?? '',
  serviceName: entity?.serviceName ?? '',
  instanceName: entity?.instanceName ?? '',
  processName: entity?.processName ?? '',
  labels: entity?.labels ?? [],
});

const pairsOf = (pairs: readonly skywalking.v3.IKeyStringValuePair[] | null | undefined): ReportedProcess['properties'] =>
  (pairs ?? []).map(({ key, value }) => ({ key: key ?? '', value: value ?? '' }));
