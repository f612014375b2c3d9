// Runs one target, input after input. What it is at stands in memory that it shares with its parent, who can so tell what it hangs at.
import { parentPort, workerData } from 'node:worker_threads';
import { findTargets } from './find-targets.js';
import { mutate, randomNumbers } from './mutate.js';

/** What the parent gives a worker. */
export interface FuzzOrder {
  readonly target: string;
  readonly seconds: number;
  readonly seed: number;
  /** Words: inputs begun, length of the one at hand. */
  readonly state: SharedArrayBuffer;
  /** The input at hand. */
  readonly input: SharedArrayBuffer;
}

/** What a worker says in the end. */
export interface FuzzOutcome {
  readonly runs: number;
  /** Heap that stayed, bytes: after collecting garbage, from the first second to the last. */
  readonly growth: number;
  readonly error?: string;
}

const order = workerData as FuzzOrder;
const words = new Int32Array(order.state);
const shared = new Uint8Array(order.input);
const heap = (): number => {
  (globalThis as { gc?: () => void }).gc?.();
  return process.memoryUsage().heapUsed;
};

async function play(): Promise<FuzzOutcome> {
  const target = (await findTargets()).get(order.target)!;
  const seeds = target.seeds();
  const random = randomNumbers(order.seed);
  const began = Date.now();
  const until = began + order.seconds * 1000;
  let first: number | undefined;
  let runs = 0;
  for (; Date.now() < until; runs++) {
    if (first === undefined && Date.now() > began + Math.min(1000, order.seconds * 200)) first = heap();
    const input = mutate(seeds, random);
    shared.set(input);
    words[1] = input.length;
    Atomics.store(words, 0, runs + 1);
    try {
      await target.run(input);
    } catch (error) {
      return { runs, growth: 0, error: error instanceof Error ? (error.stack ?? error.message) : String(error) };
    }
    if (runs % 1000 === 0) await new Promise(setImmediate);
  }
  return { runs, growth: heap() - (first ?? 0) };
}

parentPort?.postMessage(await play());
