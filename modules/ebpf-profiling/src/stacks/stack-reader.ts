import { decodeProfilingData, skywalking } from '@skein/proto/ebpf';
import type { Observation } from '@skein/telemetry';
import type { EntityUpdate, RecordRow } from '@skein/telemetry/storage';
import { MAX_STACK_BYTES, ScheduleModel, StackModel, scheduleId } from './stack-models.js';

const { EBPFOnCPUProfiling, EBPFOffCPUProfiling, EBPFProfilingStackType } = skywalking.v3;
const { PROCESS_KERNEL_SPACE, PROCESS_USER_SPACE } = EBPFProfilingStackType;
const UPDATE_BYTES = 500;
const ROW_BYTES = 300;

/** Why a stack is not kept. */
export type StackLoss = 'empty-stack' | 'stack-too-large';

/** The run whose stacks are being sent. */
interface Run {
  readonly schedule: string;
  readonly taskId: string;
  readonly uploadTime: number;
}

/** Reads the messages of one stream of stacks: the run is told once and holds until the next is told. */
export class StackReader {
  #run: Run | undefined;

  /** @param lost told of a stack that is not kept */
  constructor(private readonly lost: (reason: StackLoss) => void) {}

  /** What a message means. Throws for bytes that are no message, for one before the run is told, and for one without stacks. */
  read(bytes: Uint8Array): readonly Observation[] {
    const { task, onCPU, offCPU } = decodeProfilingData(bytes);
    const entities = task ? [this.#begin(task)] : [];
    const run = this.#run;
    if (run === undefined) throw new Error('the first message does not say which task its stacks are of');
    if (!onCPU && !offCPU) throw new Error('the message has neither stacks on nor off the CPU');
    const records = [...this.#record(run, onCPU, offCPU)];
    if (entities.length + records.length === 0) return [];
    const weight =
      UPDATE_BYTES * entities.length + records.reduce((sum, { row }) => sum + ROW_BYTES + (row.data as Uint8Array).byteLength, 0);
    return [{ sources: [], entities, records, weight }];
  }

  #begin(task: skywalking.v3.IEBPFProfilingTaskMetadata): EntityUpdate {
    const { taskId, processId, profilingStartTime, currentTime } = task;
    const startTime = Number(profilingStartTime ?? 0);
    const uploadTime = Number(currentTime ?? 0);
    if (!Number.isSafeInteger(startTime) || !Number.isSafeInteger(uploadTime)) throw new Error('the times of the task are out of range');
    const schedule = scheduleId(taskId ?? '', processId ?? '', startTime);
    this.#run = { schedule, taskId: taskId ?? '', uploadTime };
    const row = { taskId: taskId ?? '', process: processId ?? '', startTime, endTime: uploadTime };
    return { model: ScheduleModel, id: schedule, at: uploadTime, row };
  }

  *#record(
    { schedule, taskId, uploadTime }: Run,
    onCPU: skywalking.v3.IEBPFOnCPUProfiling | null | undefined,
    offCPU: skywalking.v3.IEBPFOffCPUProfiling | null | undefined,
  ): Generator<RecordRow> {
    const stacks = inOrder((onCPU ?? offCPU)?.stacks ?? []);
    if (stacks.every(({ stackSymbols }) => !stackSymbols?.length)) return this.lost('empty-stack');
    const data = onCPU
      ? EBPFOnCPUProfiling.encode({ ...onCPU, stacks }).finish()
      : EBPFOffCPUProfiling.encode({ ...offCPU, stacks }).finish();
    if (data.byteLength > MAX_STACK_BYTES) return this.lost('stack-too-large');
    yield { model: StackModel, row: { schedule, taskId, target: onCPU ? 'ON_CPU' : 'OFF_CPU', uploadTime, data } };
  }
}

/** The stack in the kernel, then the one in the process; of several of a kind the last. Those of unknown kinds are left out. */
function inOrder(stacks: readonly skywalking.v3.IEBPFProfilingStackMetadata[]): skywalking.v3.IEBPFProfilingStackMetadata[] {
  return [PROCESS_KERNEL_SPACE, PROCESS_USER_SPACE].flatMap((type) =>
    stacks.filter(({ stackType }) => (stackType ?? 0) === type).slice(-1),
  );
}
