import { describe, expect, it } from '@jest/globals';
import { firstValueFrom, toArray } from 'rxjs';
import { type Batch, type Handler, StreamError } from '../api/streams.js';
import { createStream } from '../api/tokens.js';
import { imbalance } from '../books/edge-books.js';
import { TestClock } from '../testing/fake-clock.js';
import { FailureLog } from './failure-log.js';
import { MemoryGuard } from './memory-guard.js';
import { Stream } from './stream.js';

const never = () => new Promise<void>(() => undefined);

function rig(
  handler: Handler<number>,
  o: { capacity?: number; waitMs?: number; weigh?: (item: number) => number; rss?: () => number } = {},
) {
  const clock = new TestClock(1_000);
  const logged: { message: string; fields: object | undefined }[] = [];
  const log = (message: string, fields?: object) => void logged.push({ message, fields });
  const reports = new FailureLog({ debug: log, info: log, warn: log, error: log }, clock);
  const stream = new Stream(createStream<number>({ id: 'numbers', ...(o.weigh === undefined ? {} : { weigh: o.weigh }) }), clock, reports);
  stream.attach('sink', handler, o);
  stream.open();
  const guard = o.rss === undefined ? undefined : new MemoryGuard(100, clock, o.rss);
  const publisher = stream.publisher('source', guard);
  const books = () => {
    const entry = stream.books()[0]!.entry();
    expect(imbalance(entry)).toBe(0);
    return entry;
  };
  return { clock, logged, stream, publisher, books };
}

describe('a stream', () => {
  it('lets the next in when a heavy batch before it gives up', async () => {
    const { clock, publisher, books } = rig(never, { capacity: 10, weigh: (n) => n });
    await publisher.publish([5]);
    const heavy = expect(publisher.publish([9], { waitMs: 10 })).rejects.toMatchObject({
      code: 'REFUSED',
      retryable: true,
      message: 'no room in the stream "numbers" within 10 ms',
    });
    const light = publisher.publish([5], { waitMs: 100 });
    await clock.advance(10);
    await heavy;
    await light;
    expect(books()).toMatchObject({ refused: 1, inFlight: 2 });
  });

  it('waits 20 s for room unless it is told otherwise', async () => {
    const { clock, publisher } = rig(never, { capacity: 1 });
    await publisher.publish([1]);
    let refused = false;
    const waiting = publisher.publish([1]).catch(() => {
      refused = true;
    });
    await clock.advance(19_999);
    await new Promise(setImmediate);
    expect(refused).toBe(false);
    await clock.advance(1);
    await waiting;
    expect(refused).toBe(true);
  });

  it('never starts a batch inside the handler of another one', async () => {
    const order: string[] = [];
    const { publisher } = rig(({ items }) => {
      order.push(`begin ${items[0]}`);
      if (items[0] === 1) inner.push(publisher.publish([2]));
      order.push(`end ${items[0]}`);
    });
    const inner: Promise<unknown>[] = [];
    await publisher.publish([1]);
    await Promise.all(inner);
    expect(order).toEqual(['begin 1', 'end 1', 'begin 2', 'end 2']);
  });

  it('fails only the batch whose handler fails, and passes a downstream refusal on as it is', async () => {
    const { publisher, books, logged } = rig(async ({ items }) => {
      if (items[0] === 1) throw new TypeError('secret detail');
      if (items[0] === 2) throw new StreamError('CLOSED', 'the one behind is draining', true);
    });
    const handled = await Promise.all([1, 2, 3].map(async (n) => (await publisher.publish([n])).handled.then(() => 'ok', String)));
    expect(handled).toEqual([
      'StreamError: the handler of the stream "numbers" (sink) failed',
      'StreamError: the one behind is draining',
      'ok',
    ]);
    expect(books()).toMatchObject({ received: 3, handled: 1, failed: 2 });
    // Both failures came within the quiet time: the second one is not logged.
    expect(logged.map(({ message }) => message)).toEqual(['a batch of the stream "numbers" failed']);
  });

  it('fails a batch whose handler returns something that cannot be awaited', async () => {
    const { publisher, books } = rig((() => 7) as unknown as Handler<number>);
    await expect((await publisher.publish([1])).handled).rejects.toMatchObject({ code: 'FAILED' });
    expect(books()).toMatchObject({ failed: 1, inFlight: 0 });
  });

  it('counts what a handler leaves out when the batch is acknowledged, never more than there is', async () => {
    const { publisher, books, logged } = rig((batch) => {
      batch.skip(2, 'too-old');
      batch.deduplicated(1);
      batch.skip(5, 'too-many');
      batch.skip(Number.NaN, 'nonsense');
    });
    await (await publisher.publish([1, 2, 3, 4])).handled;
    expect(books()).toMatchObject({ received: 4, handled: 0, skipped: { 'too-old': 2, 'too-many': 1 }, deduplicated: 1 });
    expect(logged).toHaveLength(1);
  });

  it('counts all items as failed when a batch fails after items were left out', async () => {
    const { publisher, books } = rig((batch) => {
      batch.skip(1, 'too-old');
      throw new Error('down');
    });
    await (await publisher.publish([1, 2])).handled.catch(() => undefined);
    expect(books()).toMatchObject({ failed: 2, skipped: {} });
  });

  it('lets go of released items and counts them all the same', async () => {
    const seen: number[] = [];
    const { publisher, books } = rig(async (batch) => {
      const first = batch.items[0];
      batch.release();
      seen.push(batch.items.length);
      if (first === 1) throw new Error('down');
    });
    await (await publisher.publish([1, 2])).handled.catch(() => undefined);
    await (await publisher.publish([3, 4, 5])).handled;
    expect(seen).toEqual([0, 0]);
    expect(books()).toMatchObject({ received: 5, failed: 2, handled: 3, inFlight: 0 });
  });

  it('rejects a batch that cannot be weighed and counts it', async () => {
    const { publisher, books } = rig(() => undefined, {
      weigh: (n) => {
        if (n === 0) throw new Error('no weight');
        return n === 1 ? Number.NaN : 1;
      },
    });
    await expect(publisher.publish([0])).rejects.toMatchObject({ code: 'REJECTED', retryable: false });
    await expect(publisher.publish([1, 2])).rejects.toMatchObject({ code: 'REJECTED', retryable: false });
    expect(books()).toMatchObject({ received: 3, skipped: { rejected: 3 } });
  });

  it('handles an empty batch without asking the handler', async () => {
    const { publisher, books } = rig(() => {
      throw new Error('not called');
    });
    await (await publisher.publish([])).handled;
    expect(books()).toMatchObject({ received: 0 });
  });

  it('refuses guarded publishers above the memory limit, reading the memory at most every 250 ms', async () => {
    let reads = 0;
    let resident = 101;
    const { clock, publisher, books } = rig(() => undefined, {
      rss: () => {
        reads += 1;
        return resident;
      },
    });
    await expect(publisher.publish([1])).rejects.toMatchObject({ code: 'REFUSED', retryable: true });
    resident = 100;
    await clock.advance(249);
    await expect(publisher.publish([1])).rejects.toMatchObject({ code: 'REFUSED' });
    expect(reads).toBe(1);
    await clock.advance(1);
    await publisher.publish([1]);
    expect(books()).toMatchObject({ refused: 2, handled: 1 });
  });

  it('logs when the memory limit begins and ends to refuse, once in 10 s, with both numbers', async () => {
    const clock = new TestClock(1_000);
    const lines: string[] = [];
    const log = (message: string) => void lines.push(message);
    let resident = 142 * 2 ** 20;
    const guard = new MemoryGuard(100 * 2 ** 20, clock, () => resident, { debug: log, info: log, warn: log, error: log });
    guard.warnOfTooLow();
    expect(lines.splice(0)).toEqual([
      'host.memory is below what the process needs without any data: 142 MiB are resident, host.memory is 100 MiB; raise host.memory',
    ]);
    for (let n = 0; n < 100; n++) {
      await clock.advance(50);
      resident = (n % 2 === 0 ? 90 : 142.5) * 2 ** 20;
      guard.exceeded();
    }
    expect(guard.reason()).toBe('intake is refused: 142.5 MiB are resident, host.memory is 100 MiB');
    expect(lines.splice(0)).toEqual([expect.stringMatching(/^memory limit reached, intake is refused: 142.5 MiB are resident/)]);
    resident = 90 * 2 ** 20;
    await clock.advance(10_000);
    expect(guard.reason()).toBeUndefined();
    expect(lines).toEqual(['below the memory limit again, intake is admitted: 90 MiB are resident, host.memory is 100 MiB']);
  });

  it('refuses at once when ten thousand publishers wait already', async () => {
    const { publisher, stream, books } = rig(never, { capacity: 1 });
    await publisher.publish([1]);
    const waiting = Array.from({ length: 10_000 }, () => publisher.publish([1]).catch((error) => error.code));
    await expect(publisher.publish([1])).rejects.toThrow('too many publishers wait');
    expect(stream.abandon()).toBe(10_001);
    expect(new Set(await Promise.all(waiting))).toEqual(new Set(['CLOSED']));
    expect(books()).toMatchObject({ inFlight: 0, failed: 1, refused: 10_001 });
  });

  it('refuses at once when 256 MiB wait already, however few batches that is', async () => {
    const { publisher, stream, books } = rig(never, { capacity: 1, weigh: (n) => n });
    await publisher.publish([1]);
    const heavy = publisher.publish([2 ** 28]).catch((error) => error.code);
    await expect(publisher.publish([1])).rejects.toThrow('too many publishers wait');
    stream.abandon();
    expect(await heavy).toBe('CLOSED');
    expect(stream.gate.waitingWeight).toBe(0);
    expect(books()).toMatchObject({ inFlight: 0, failed: 1, refused: 2 });
  });

  it('tells apart 32 reasons for leaving items out and counts the rest as other', () => {
    const { publisher, books } = rig(() => undefined);
    for (let i = 0; i < 40; i += 1) publisher.skip(1, `reason-${i}`);
    publisher.skip(-5, 'reason-0');
    expect(Object.keys(books().skipped)).toHaveLength(33);
    expect(books()).toMatchObject({ received: 40, skipped: { 'reason-0': 1, other: 8 } });
  });

  it('ends what still waits in a closed stream before it is idle', async () => {
    const endings: (() => void)[] = [];
    const { publisher, stream } = rig(() => new Promise<void>((resolve) => endings.push(resolve)), { capacity: 1 });
    await publisher.publish([1]);
    const second = publisher.publish([2]);
    stream.close();
    await expect(publisher.publish([3])).rejects.toMatchObject({ code: 'CLOSED' });
    const idle = stream.idle();
    endings[0]!();
    const { handled } = await second;
    endings[1]!();
    await handled;
    await idle;
  });
});

describe('a tap', () => {
  it('sees batches outside of the publisher, drops the oldest when it is slow, and counts them', async () => {
    const { publisher, stream } = rig(() => undefined);
    const seen: number[] = [];
    const subscription = stream.tap.batches.subscribe((batch: Batch<number>) => void seen.push(...batch.items));
    for (let n = 0; n < 300; n += 1) await publisher.publish([n]);
    expect(seen).toEqual([]);
    while (seen.at(-1) !== 299) await new Promise(setImmediate);
    expect(seen).toEqual(Array.from({ length: 256 }, (_, n) => n + 44));
    expect(stream.tap.dropped).toBe(44);
    subscription.unsubscribe();
    await publisher.publish([300]);
    expect(seen.at(-1)).toBe(299);
  });

  it('ends with its stream, for those who subscribed before and after', async () => {
    const { stream } = rig(() => undefined);
    const before = firstValueFrom(stream.tap.batches.pipe(toArray()));
    stream.abandon();
    expect(await before).toEqual([]);
    expect(await firstValueFrom(stream.tap.batches.pipe(toArray()))).toEqual([]);
  });
});
