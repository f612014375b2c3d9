import { skywalking } from '../../gen/ebpf.js';
import { MalformedError } from '../malformed.js';
import { BYTES, WireReader } from '../wire-reader.js';

const {
  EBPFProcessReportList,
  EBPFProcessPingPkgList,
  EBPFProfilingTaskQuery,
  EBPFProfilingData,
  ContinuousProfilingPolicyQuery,
  ContinuousProfilingReport,
} = skywalking.v3;

/** Most messages and repeated texts in one message. Real ones have a few thousand; two bytes are enough for one, and each takes a hundred in memory. */
export const MAX_PARTS = 50_000;

/** Which fields hold messages (their fields) or repeated texts (`text`), by number: what can make a small message a large object. */
interface Shape {
  readonly [field: number]: Shape | 'text';
}

const pair: Shape = {};
const entity: Shape = { 5: 'text' };
const foundProcess: Shape = { 1: entity, 3: pair };
const processReport: Shape = { 1: { 1: foundProcess, 2: foundProcess } };
const processPings: Shape = { 1: { 1: entity, 2: pair } };
const stacks: Shape = { 1: { 3: 'text' } };
const profilingData: Shape = { 1: {}, 2: stacks, 3: stacks };
const policyQuery: Shape = { 1: {} };
const continuousReport: Shape = { 5: { 2: {}, 3: {} }, 7: {}, 8: {}, 9: { 1: 'text' } };

const timestamp: Shape = { 1: {} };
const times: Shape = { 1: timestamp, 2: timestamp };
const address: Shape = { 1: {}, 2: {} };
const accessLog: Shape = {
  1: { 2: {}, 3: {}, 5: { 1: 'text' } },
  2: { 1: address, 2: address, 6: { 1: { 4: pair } } },
  3: { 1: times, 2: times, 3: times, 4: { ...times, 4: {}, 5: {}, 6: {} }, 5: { ...times, 4: { 4: {} }, 5: {}, 6: {} } },
  4: { 1: { ...times, 4: { 5: {} }, 5: {} } },
};

/** Walks through a message without making anything of it. Throws {@link MalformedError} where it is broken or has too many parts. */
class PartCounter {
  private parts = 0;
  private readonly reader: WireReader;
  /** How often each field of the message itself was there. */
  readonly fields = new Map<number, number>();

  constructor(
    private readonly name: string,
    bytes: Uint8Array,
    shape: Shape,
  ) {
    this.reader = new WireReader(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
    this.walk(shape, true);
  }

  private walk(shape: Shape, top: boolean): void {
    const { reader } = this;
    while (reader.next()) {
      const { field } = reader;
      const inner = reader.type === BYTES ? shape[field] : undefined;
      if (inner === undefined) {
        reader.skip();
        continue;
      }
      if (++this.parts > MAX_PARTS) throw new MalformedError(`${this.name} of more than ${MAX_PARTS} parts`, reader.at);
      if (top) this.fields.set(field, (this.fields.get(field) ?? 0) + 1);
      if (inner === 'text') {
        reader.skip();
      } else {
        const outer = reader.enter();
        this.walk(inner, false);
        reader.leave(outer);
      }
    }
  }
}

/** A generated message class. */
interface MessageType<T> {
  readonly name: string;
  decode(bytes: Uint8Array): T;
}

const decoder =
  <T>(type: MessageType<T>, shape: Shape) =>
  (bytes: Uint8Array): T => {
    new PartCounter(type.name, bytes, shape);
    try {
      return type.decode(bytes);
    } catch (error) {
      throw new MalformedError(`not a ${type.name}: ${(error as Error).message}`, bytes.length);
    }
  };

/** Processes that were found. Throws {@link MalformedError}, as all of these. */
export const decodeProcessReport = decoder(EBPFProcessReportList, processReport);
/** Processes that are still there. */
export const decodeProcessPings = decoder(EBPFProcessPingPkgList, processPings);
/** Which agent asks for its tasks. */
export const decodeTaskQuery = decoder(EBPFProfilingTaskQuery, {});
/** One stack of a profiling task. */
export const decodeProfilingData = decoder(EBPFProfilingData, profilingData);
/** Which policies an agent has. */
export const decodePolicyQuery = decoder(ContinuousProfilingPolicyQuery, policyQuery);
/** A task that an agent began by itself. */
export const decodeContinuousReport = decoder(ContinuousProfilingReport, continuousReport);

/** How many access logs a message holds, of the kernel and of the protocol. The message is walked through, and nothing is made of it. */
export function countAccessLogs(bytes: Uint8Array): number {
  const { fields } = new PartCounter('EBPFAccessLogMessage', bytes, accessLog);
  return (fields.get(3) ?? 0) + (fields.has(4) ? 1 : 0);
}
