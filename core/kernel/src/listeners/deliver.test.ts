import { describe, expect, it } from '@jest/globals';
import type { Publisher } from '../api/streams.js';
import { createStream } from '../api/tokens.js';
import { Stream } from '../stream/stream.js';
import { TestClock } from '../testing/fake-clock.js';
import { Cancellation } from './cancellation.js';
import { type Delivery, deliver, holdTime } from './deliver.js';

const raw = (...numbers: number[]) => numbers.map((n) => Uint8Array.of(n));
const turn = () => new Promise(setImmediate);

/** Reads a message as its first byte; 0 is malformed, 100 holds nothing. */
const read = ([first]: Uint8Array): readonly number[] => {
  if (first === 0) throw new Error('a zero');
  return first === 100 ? [] : [first!];
};

function rig(capacity = 100) {
  const clock = new TestClock(50_000);
  const batches: { items: readonly number[]; end: (error?: Error) => void }[] = [];
  const stream = new Stream(createStream<number>({ id: 'numbers' }), clock, { failed: () => undefined, miscounted: () => undefined });
  stream.attach(
    'sink',
    ({ items }) =>
      new Promise<void>((resolve, reject) => batches.push({ items, end: (error) => (error === undefined ? resolve() : reject(error)) })),
    { capacity },
  );
  stream.open();
  const publisher: Publisher<number> = stream.publisher('source');
  const gone = new AbortController();
  const run = (messages: Delivery<number>['messages'], deadline?: number) =>
    deliver({ messages, read, publisher, call: { deadline, signal: gone.signal }, clock });
  return { clock, batches, stream, publisher, run, gone, books: () => stream.books()[0]!.entry() };
}

describe('deliver', () => {
  it('publishes chunk by chunk and returns only when everything is handled', async () => {
    const { batches, run, books } = rig();
    let returned: number | undefined;
    const done = run([raw(1, 2), raw(100), raw(3)]).then((accepted) => {
      returned = accepted;
    });
    await turn();
    expect(batches.map(({ items }) => items)).toEqual([[1, 2], [3]]);
    batches[1]!.end();
    await turn();
    expect(returned).toBeUndefined();
    batches[0]!.end();
    await done;
    expect(returned).toBe(3);
    expect(books()).toMatchObject({ received: 3, handled: 3 });
  });

  it('reads no further while there is no room', async () => {
    const { batches, run } = rig(1);
    let pulled = 0;
    async function* messages() {
      for (const n of [1, 2, 3]) {
        pulled += 1;
        yield raw(n);
      }
    }
    const done = run(messages());
    await turn();
    expect(pulled).toBe(2);
    for (const n of [0, 1, 2]) {
      batches[n]!.end();
      await turn();
    }
    expect(await done).toBe(3);
  });

  it('holds a long stream for as long as it makes progress', async () => {
    const { batches, run, clock } = rig(1);
    const done = run([1, 2, 3, 4, 5, 6].map((n) => raw(n)));
    for (let n = 0; n < 6; n++) {
      await turn();
      await clock.advance(15_000);
      batches[n]!.end();
    }
    expect(await done).toBe(6);
  });

  it('refuses when nothing ends for 20 s, however well it went before', async () => {
    const { batches, run, clock } = rig(100);
    const done = run([raw(1), raw(2)]).then(
      () => 'done',
      (error: { code: string }) => error.code,
    );
    await turn();
    await clock.advance(15_000);
    batches[0]!.end();
    await turn();
    await clock.advance(19_000);
    expect(await Promise.race([done, Promise.resolve('held')])).toBe('held');
    await clock.advance(1_500);
    expect(await done).toBe('REFUSED');
  });

  it('delivers the good messages, counts the malformed ones, and complains when the good ones are handled', async () => {
    const { batches, run, books } = rig();
    let problem: unknown;
    const done = run([raw(1, 0, 2), raw(0)]).catch((error: unknown) => {
      problem = error;
    });
    await turn();
    expect(batches.map(({ items }) => items)).toEqual([[1, 2]]);
    expect(problem).toBeUndefined();
    batches[0]!.end();
    await done;
    expect(problem).toMatchObject({ name: 'StatusError', status: 'INVALID_ARGUMENT', message: '2 of 4 messages are malformed: a zero' });
    expect(books()).toMatchObject({ received: 4, handled: 2, skipped: { malformed: 2 } });
  });

  it('says of a single malformed body what is wrong with it', async () => {
    await expect(rig().run([raw(0)])).rejects.toMatchObject({ message: 'the message is malformed: a zero' });
  });

  it('refuses when admission and commit together take longer than a call can be held', async () => {
    const { clock, batches, run, publisher } = rig(1);
    // Another call has all the room for 15 s.
    await publisher.publish([9]);
    let problem: unknown;
    const done = run([raw(1)]).catch((error: unknown) => {
      problem = error;
    });
    await turn();
    await clock.advance(15_000);
    batches[0]!.end();
    await turn();
    expect(batches).toHaveLength(2);
    await clock.advance(4_999);
    await turn();
    expect(problem).toBeUndefined();
    await clock.advance(1);
    await done;
    expect(problem).toMatchObject({ code: 'REFUSED', retryable: true, message: 'not stored within the time that the call can be held' });
    expect(clock.pending).toBe(0);
  });

  it('does not charge the time in which the client sends', async () => {
    const { clock, batches, run } = rig();
    async function* slow() {
      yield raw(1);
      await clock.advance(60_000);
      yield raw(2);
    }
    const done = run(slow());
    await turn();
    await clock.advance(19_000);
    for (const batch of batches) batch.end();
    expect(await done).toBe(2);
  });

  it("leaves 2 s of the client's own deadline", async () => {
    const { clock, run } = rig();
    const done = run([raw(1)], clock.now() + 7_000);
    const refused = expect(done).rejects.toMatchObject({ code: 'REFUSED' });
    await turn();
    await clock.advance(5_000);
    await refused;
  });

  it('refuses with what the stream says when there is no room in time', async () => {
    const { clock, run } = rig(1);
    const done = run([raw(1), raw(2)]);
    const refused = expect(done).rejects.toMatchObject({ code: 'REFUSED', message: 'no room in the stream "numbers" within 20000 ms' });
    await turn();
    await clock.advance(20_000);
    await refused;
  });

  it('ends with the first failure and reads no more', async () => {
    const { batches, run } = rig();
    let finished = false;
    async function* messages() {
      try {
        yield raw(1);
        await turn();
        batches[0]!.end(new Error('disk full'));
        await turn();
        yield raw(2);
        yield raw(3);
      } finally {
        finished = true;
      }
    }
    await expect(run(messages())).rejects.toMatchObject({ code: 'FAILED' });
    expect(batches).toHaveLength(1);
    expect(finished).toBe(true);
  });

  it('stops waiting when the client goes away, for room as for receipts', async () => {
    const waiting = rig();
    const forReceipt = expect(waiting.run([raw(1)])).rejects.toThrow('the client went away');
    await turn();
    waiting.gone.abort();
    await forReceipt;
    const full = rig(1);
    const forRoom = expect(full.run([raw(1), raw(2)])).rejects.toThrow('gave up waiting');
    await turn();
    full.gone.abort();
    await forRoom;
    expect([waiting.clock.pending, full.clock.pending]).toEqual([0, 0]);
  });

  it('needs no signal of a call that tells of its end more cheaply', async () => {
    const call = (cancellation: Cancellation): Delivery<number>['call'] => ({
      cancellation,
      get signal(): AbortSignal {
        throw new Error('a signal was made');
      },
    });
    const { publisher, clock, books } = rig(1);
    const [inside, waiting] = [new Cancellation(), new Cancellation()];
    const forReceipt = expect(deliver({ messages: [raw(1)], read, publisher, clock, call: call(inside) })).rejects.toThrow('went away');
    const forRoom = expect(deliver({ messages: [raw(2)], read, publisher, clock, call: call(waiting) })).rejects.toThrow('gave up waiting');
    await turn();
    waiting.cancel(new Error('gone'));
    inside.cancel(new Error('gone'));
    await Promise.all([forReceipt, forRoom]);
    expect([clock.pending, books().refused]).toEqual([0, 1]);
  });

  it('keeps at most 256 receipts open', async () => {
    const { batches, run } = rig(1_000);
    const done = run(Array.from({ length: 300 }, () => raw(1)));
    await turn();
    expect(batches).toHaveLength(256);
    batches[5]!.end();
    await turn();
    expect(batches).toHaveLength(257);
    for (let n = 0; n < batches.length; n += 1) {
      batches[n]!.end();
      await turn();
    }
    expect(await done).toBe(300);
  });
});

describe('holdTime', () => {
  it.each([
    [undefined, 20_000],
    [30_000, 20_000],
    [12_000, 10_000],
    [2_500, 1_000],
    [-5, 1_000],
  ])('with %p ms left by the client is %p ms', (left, expected) => {
    expect(holdTime(left === undefined ? undefined : 1_000 + left, 1_000)).toBe(expected);
  });
});
