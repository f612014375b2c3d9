import { MalformedError } from '@skein/proto';
import { decodeThreadSnapshot, decodeThreadStack, skywalking } from '@skein/proto/profiling';
import type { FuzzTarget } from '../target.js';

const { ThreadSnapshot, ThreadStack } = skywalking.v3;
const stack = { codeSignatures: ['java.lang.Thread.run:840', 'com.shop.Cart.total:17', ''] };

/** Snapshots of threads, and their stacks, which are read when they are analysed. */
export const target: FuzzTarget = {
  name: 'profile',
  seeds: () => [
    ThreadSnapshot.encode({ taskId: 't', traceSegmentId: 's', time: 1734221650012, sequence: 3, stack }).finish(),
    ThreadStack.encode(stack).finish(),
  ],
  run(input) {
    for (const decode of [(bytes: Uint8Array) => decodeThreadStack(decodeThreadSnapshot(bytes).stack), decodeThreadStack]) {
      try {
        decode(input);
      } catch (error) {
        if (!(error instanceof MalformedError)) throw error;
      }
    }
  },
};
