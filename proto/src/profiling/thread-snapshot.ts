import { MalformedError } from '../malformed.js';
import { asBuffer, BYTES, VARINT, WireReader } from '../wire-reader.js';

/** A dump of one thread. `stack` is the message ThreadStack as it arrived; it shares the bytes that were decoded. */
export interface ThreadSnapshotView {
  readonly taskId: string;
  readonly segmentId: string;
  /** ms since the epoch. */
  readonly time: number;
  readonly sequence: number;
  readonly stack: Uint8Array;
}

const NO_STACK = new Uint8Array(0);

/** Reads a ThreadSnapshot and leaves its stack as it is, but checked. Throws {@link MalformedError}. */
export function decodeThreadSnapshot(bytes: Uint8Array): ThreadSnapshotView {
  const reader = new WireReader(asBuffer(bytes));
  let [taskId, segmentId, time, sequence] = ['', '', 0, 0];
  let stack: Uint8Array = NO_STACK;
  while (reader.next()) {
    switch (reader.field) {
      case 1:
        reader.expect(BYTES);
        taskId = reader.string();
        break;
      case 2:
        reader.expect(BYTES);
        segmentId = reader.string();
        break;
      case 3:
        reader.expect(VARINT);
        time = reader.int64();
        break;
      case 4:
        reader.expect(VARINT);
        sequence = reader.int32();
        break;
      case 5: {
        const outer = reader.enter();
        stack = bytes.subarray(reader.at, reader.end);
        for (const _ of signatures(reader));
        reader.leave(outer);
        break;
      }
      default:
        reader.skip();
    }
  }
  return { taskId, segmentId, time, sequence, stack };
}

/** The code signatures of a ThreadStack, outermost first. Throws {@link MalformedError}. */
export const decodeThreadStack = (bytes: Uint8Array): readonly string[] => [...signatures(new WireReader(asBuffer(bytes)))];

function* signatures(reader: WireReader): Generator<string> {
  while (reader.next()) {
    if (reader.field !== 1) {
      reader.skip();
      continue;
    }
    if (reader.type !== BYTES) throw new MalformedError('a code signature that is no text', reader.at);
    yield reader.string();
  }
}
