// `npm run fuzz -- <target> --seconds N`: longer than the tests do, each target in a thread that is watched. Without a target: all of them.
import { writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { Worker } from 'node:worker_threads';
import { findTargets } from './find-targets.js';
import { LONGEST_INPUT } from './mutate.js';
import type { FuzzOrder, FuzzOutcome } from './worker.js';

/** One input that takes longer than this hangs. */
const HANG_MS = 5000;
/** Heap that may stay: caches fill up. */
const MOST_GROWTH = 96 * 1024 * 1024;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { seconds: { type: 'string', default: '10' }, seed: { type: 'string', default: String(Date.now() % 1_000_000) } },
});
const seconds = Number(values.seconds);
if (!(seconds > 0 && seconds <= 86_400)) throw new Error(`--seconds must be above 0 and at most 86400 (got "${values.seconds}")`);
const known = [...(await findTargets()).keys()];
const unknown = positionals.filter((name) => !known.includes(name));
if (unknown.length > 0) throw new Error(`there is no fuzz target ${unknown.join(', ')}; there are ${known.join(', ')}`);

let findings = 0;
for (const target of positionals.length > 0 ? positionals : known) {
  const problem = await fuzz(target);
  if (problem !== undefined) findings++;
}
process.exitCode = findings === 0 ? 0 : 1;

async function fuzz(target: string): Promise<string | undefined> {
  const state = new SharedArrayBuffer(8);
  const input = new SharedArrayBuffer(LONGEST_INPUT);
  const workerData: FuzzOrder = { target, seconds, seed: Number(values.seed), state, input };
  const worker = new Worker(new URL('./worker.js', import.meta.url), { workerData });
  const outcome = await new Promise<FuzzOutcome>((done) => {
    worker.once('message', done);
    worker.once('error', (error) => done({ runs: 0, growth: 0, error: error.stack ?? error.message }));
    watch(new Int32Array(state), (error) => done({ runs: 0, growth: 0, error }), worker);
  });
  await worker.terminate();
  const problem =
    outcome.error ?? (outcome.growth > MOST_GROWTH ? `${Math.round(outcome.growth / 2 ** 20)} MiB of heap stayed` : undefined);
  if (problem === undefined) {
    console.log(`${target}: ${outcome.runs} inputs, ${(outcome.growth / 2 ** 20).toFixed(1)} MiB of heap stayed`);
    return undefined;
  }
  const file = `fuzz-${target}-${values.seed}.bin`;
  await writeFile(file, new Uint8Array(input).slice(0, new Int32Array(state)[1]));
  console.log(`${target}: FOUND after ${new Int32Array(state)[0]} inputs (--seed ${values.seed}); the input is in ${file}\n${problem}`);
  return problem;
}

/** Says that the worker hangs when it is at the same input for too long. */
function watch(words: Int32Array, hangs: (error: string) => void, worker: Worker): void {
  let last = 0;
  let since = Date.now();
  const timer = setInterval(() => {
    const now = Atomics.load(words, 0);
    if (now !== last || now === 0) since = Date.now();
    last = now;
    if (Date.now() - since > HANG_MS) hangs(`it hangs: more than ${HANG_MS} ms at one input`);
  }, 500);
  worker.once('exit', () => clearInterval(timer));
}
