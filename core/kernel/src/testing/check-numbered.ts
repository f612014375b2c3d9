import assert from 'node:assert/strict';
import { defineModule } from '../api/module.js';
import { StreamError } from '../api/streams.js';
import type { StreamToken } from '../api/tokens.js';
import type { AnyModule } from '../host/types.js';
import { seededRandom } from './random.js';
import type { TestHost } from './types.js';

/** How a module is sent numbered inputs, and how they are found again in what it publishes. */
export interface NumberedInputs<T> {
  /** The stream that it publishes to; the check handles it. */
  readonly stream: StreamToken<T>;
  /** Sends the input with this number. Resolves when it was acknowledged, rejects when it was refused or failed. */
  readonly send: (kit: TestHost, n: number) => Promise<unknown>;
  /** The number, or numbers, in a published item; undefined when the item carries none. */
  readonly read: (item: T) => number | readonly number[] | undefined;
  /** Inputs to send; default 300. */
  readonly count?: number;
  /** Sent at the same time; default 8. */
  readonly concurrency?: number;
  /** Of the sink's moods; default 1. The same seed gives the same run. */
  readonly seed?: number;
}

/** Simulated time within which every sender must have its answer. */
const LONGEST_ANSWER_MS = 120_000;

interface Tally {
  readonly acknowledged: Set<number>;
  readonly refused: Map<number, unknown>;
  /** How often the sink accepted each number. */
  readonly accepted: Map<number, number>;
}

export async function checkNumbered<T>(
  module: AnyModule,
  inputs: NumberedInputs<T>,
  start: (sink: AnyModule) => Promise<TestHost>,
): Promise<void> {
  const { count = 300, concurrency = 8 } = inputs;
  const tally: Tally = { acknowledged: new Set(), refused: new Map(), accepted: new Map() };
  const kit = await start(moodySink(inputs, tally));
  try {
    const atStop = Math.ceil(count / 10);
    const queue = Array.from({ length: count - atStop }, (_, n) => n);
    const senders = Array.from({ length: concurrency }, async () => {
      for (let n = queue.shift(); n !== undefined; n = queue.shift()) await send(inputs, kit, n, tally);
    });
    await drive(kit, Promise.all(senders), () => `inputs got no answer within ${LONGEST_ANSWER_MS / 1000} s`);
    assert.ok(tally.acknowledged.size > 0, `no input was acknowledged; the first answer was: ${String([...tally.refused.values()][0])}`);
    const last = Array.from({ length: atStop }, (_, i) => send(inputs, kit, count - atStop + i, tally));
    const stopped = kit.stop();
    await drive(kit, Promise.all([...last, stopped]), () => 'inputs that were under way at stop got no answer, or the stop did not end');
    assertTally(tally, module.name);
    kit.assertBooks();
    assert.deepEqual((await stopped).problems, [], 'the stop under load had problems');
  } finally {
    await kit[Symbol.asyncDispose]();
  }
}

async function send<T>(inputs: NumberedInputs<T>, kit: TestHost, n: number, { acknowledged, refused }: Tally): Promise<void> {
  try {
    await inputs.send(kit, n);
    acknowledged.add(n);
  } catch (error) {
    refused.set(n, error);
  }
}

/** Moves the clock until something is done, so that waits, windows and retries happen. */
async function drive(kit: TestHost, work: Promise<unknown>, late: () => string): Promise<void> {
  let done = false;
  const finished = work.finally(() => {
    done = true;
  });
  for (let waited = 0; !done; waited += 50) {
    if (waited > LONGEST_ANSWER_MS) assert.fail(late());
    await kit.clock.advance(50);
  }
  await finished;
}

function assertTally({ acknowledged, accepted }: Tally, module: string): void {
  const lost = [...acknowledged].filter((n) => !accepted.has(n));
  assert.deepEqual(lost, [], `${module} acknowledged inputs that the next module never accepted: they are lost`);
  const doubled = [...accepted].filter(([, times]) => times > 1).map(([n]) => n);
  assert.deepEqual(doubled, [], `${module} delivered inputs more than once`);
}

/** Accepts half of the batches at once, and delays, refuses or fails the others. */
function moodySink<T>({ stream, read, seed = 1 }: NumberedInputs<T>, { accepted }: Tally): AnyModule {
  const random = seededRandom(seed);
  return defineModule({
    name: 'test-sink',
    handles: [stream],
    activate({ handle, clock }) {
      handle(
        stream,
        async ({ items }) => {
          const mood = random();
          if (mood < 0.15) throw new StreamError('REFUSED', 'the sink refuses at random', true);
          if (mood < 0.3) throw new Error('the sink fails at random');
          if (mood < 0.6) await new Promise<void>((done) => void clock.setTimeout(done, Math.ceil(random() * 400)));
          for (const n of items.flatMap((item) => read(item) ?? [])) accepted.set(n, (accepted.get(n) ?? 0) + 1);
        },
        { capacity: 1 + Math.floor(random() * 8) },
      );
    },
  });
}
