import { decodeThreadSnapshot } from '@skein/proto/profiling';
import type { Observation } from '@skein/telemetry';
import type { RecordRow } from '@skein/telemetry/storage';
import { PART_BYTES, ThreadSnapshotModel } from '../models.js';
import type { ParsedUpload } from '../parsing/parse-upload.js';

/** What a record holds in memory besides its stack, about. */
const RECORD_BYTES = 800;

/** The snapshot of a thread that a message holds. Throws for what is none. */
export function snapshotObservation(message: Uint8Array): Observation {
  const { taskId, segmentId, time, sequence, stack } = decodeThreadSnapshot(message);
  if (taskId === '' || segmentId === '') throw new TypeError('a snapshot without a task or a segment');
  if (sequence < 0) throw new RangeError(`sequence ${sequence}`);
  if (stack.length > PART_BYTES) throw new RangeError(`a stack of ${stack.length} bytes; expected at most ${PART_BYTES}`);
  return observed([record({ taskId, segmentId, time, sequence, language: 'JAVA', stack })], stack.length);
}

/**
 * The stacks of a Go profile, a record for each segment. Trees that fill more than one record, which take a hundred thousand different frames,
 * are left out; their number is told. `now`: for profiles that do not say when they were taken, or say what cannot be.
 */
export function goObservation(taskId: string, { trees, time, periodMs }: ParsedUpload, now: number) {
  const taken = time > now - 86_400_000 && time <= now ? time : now;
  const fitting = trees.filter(({ bytes }) => bytes.length + 4 <= PART_BYTES);
  const records = fitting.map(({ key, bytes }) =>
    record({ taskId, segmentId: key, time: taken, sequence: 0, language: 'GO', stack: goStacks(periodMs, bytes) }),
  );
  const size = fitting.reduce((sum, { bytes }) => sum + bytes.length, 0);
  return { observation: observed(records, size), leftOut: trees.length - fitting.length };
}

/** As stacks of Go are stored: the time between two samples in ms, as four bytes, and the tree of a segment. */
function goStacks(periodMs: number, tree: Uint8Array): Uint8Array {
  const bytes = Buffer.alloc(4 + tree.length);
  bytes.writeUInt32BE(Math.min(periodMs, 0xffff_ffff));
  bytes.set(tree, 4);
  return bytes;
}

/** Reads what {@link goStacks} wrote. */
export function readGoStacks(stored: Uint8Array): { readonly periodMs: number; readonly tree: Uint8Array } {
  const bytes = Buffer.from(stored.buffer, stored.byteOffset, stored.byteLength);
  return { periodMs: bytes.readUInt32BE(0), tree: bytes.subarray(4) };
}

interface Snapshot {
  readonly taskId: string;
  readonly segmentId: string;
  readonly time: number;
  readonly sequence: number;
  readonly language: 'JAVA' | 'GO';
  readonly stack: Uint8Array;
}

const record = ({ time, ...rest }: Snapshot): RecordRow => ({
  model: ThreadSnapshotModel,
  row: { id: `${rest.taskId}_${rest.segmentId}_${rest.sequence}`, dumpTime: time, ...rest },
});

const observed = (records: readonly RecordRow[], bytes: number): Observation => ({
  sources: [],
  records,
  entities: [],
  weight: records.length * RECORD_BYTES + bytes,
});
