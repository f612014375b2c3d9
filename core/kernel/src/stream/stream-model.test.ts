import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Observable } from 'rxjs';
import type { HandlerBatch, Publisher } from '../api/streams.js';
import { createStream } from '../api/tokens.js';
import { imbalance } from '../books/edge-books.js';
import { TestClock } from '../testing/fake-clock.js';
import { Stream } from './stream.js';

const CAPACITY = 10;
const PUBLISHERS = ['first', 'second'];

type Ending = 'at once' | 'throws' | 'promise' | 'observable';
type Operation =
  | { readonly kind: 'publish'; readonly by: number; readonly weights: readonly number[]; readonly ending: Ending; readonly waitMs: number }
  | { readonly kind: 'settle'; readonly pick: number; readonly ok: boolean; readonly skip: number; readonly repeat: number }
  | { readonly kind: 'abort'; readonly pick: number }
  | { readonly kind: 'move'; readonly ms: number }
  | { readonly kind: 'leave out'; readonly by: number; readonly count: number }
  | { readonly kind: 'close' }
  | { readonly kind: 'abandon' };

const operations = fc.array(
  fc.oneof(
    {
      weight: 40,
      arbitrary: fc.record({
        kind: fc.constant('publish' as const),
        by: fc.nat(1),
        weights: fc.array(fc.nat(6), { minLength: 1, maxLength: 4 }),
        ending: fc.constantFrom<Ending>('at once', 'throws', 'promise', 'promise', 'observable', 'observable'),
        waitMs: fc.constantFrom(0, 5, 50, Number.POSITIVE_INFINITY),
      }),
    },
    {
      weight: 25,
      arbitrary: fc.record({ kind: fc.constant('settle' as const), pick: fc.nat(9), ok: fc.boolean(), skip: fc.nat(3), repeat: fc.nat(3) }),
    },
    { weight: 10, arbitrary: fc.record({ kind: fc.constant('abort' as const), pick: fc.nat(9) }) },
    { weight: 10, arbitrary: fc.record({ kind: fc.constant('move' as const), ms: fc.nat(60) }) },
    { weight: 5, arbitrary: fc.record({ kind: fc.constant('leave out' as const), by: fc.nat(1), count: fc.nat(5) }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('close' as const) }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('abandon' as const) }) },
  ),
  { maxLength: 60 },
);

type Fate = 'waiting' | 'inside' | 'handled' | 'FAILED' | 'REFUSED' | 'CLOSED at the gate' | 'CLOSED inside';

interface Entry {
  readonly id: number;
  readonly by: number;
  readonly items: number;
  readonly weight: number;
  readonly ending: Ending;
  readonly due: number;
  fate: Fate;
  skipped: number;
  repeated: number;
}

/** What a stream should do, said as plainly as possible. */
class Model {
  readonly entries: Entry[] = [];
  readonly started: number[] = [];
  readonly leftOut = [0, 0];
  now = 0;
  open = true;

  in(fate: Fate): Entry[] {
    return this.entries.filter((entry) => entry.fate === fate);
  }

  get used(): number {
    return this.in('inside').reduce((sum, { weight }) => sum + weight, 0);
  }

  publish(entry: Entry, waitMs: number): void {
    this.entries.push(entry);
    if (!this.open) {
      entry.fate = 'CLOSED at the gate';
      return;
    }
    this.admit();
    if (entry.fate === 'waiting' && waitMs === 0) this.refuse(entry);
  }

  admit(): void {
    for (const entry of this.in('waiting')) {
      if (this.used > 0 && this.used + entry.weight > CAPACITY) return;
      this.started.push(entry.id);
      entry.fate = entry.ending === 'at once' ? 'handled' : entry.ending === 'throws' ? 'FAILED' : 'inside';
    }
  }

  refuse(entry: Entry): void {
    entry.fate = 'REFUSED';
    this.admit();
  }

  settle(entry: Entry, ok: boolean, skip: number, repeat: number): void {
    entry.fate = ok ? 'handled' : 'FAILED';
    entry.skipped = ok ? Math.min(skip, entry.items) : 0;
    entry.repeated = ok ? Math.min(repeat, entry.items - entry.skipped) : 0;
    this.admit();
  }

  move(ms: number): void {
    const end = this.now + ms;
    for (;;) {
      const due = this.in('waiting').filter((entry) => entry.due <= end);
      const next = due.sort((a, b) => a.due - b.due || a.id - b.id)[0];
      if (next === undefined) break;
      this.now = next.due;
      this.refuse(next);
    }
    this.now = end;
  }

  abandon(): number {
    const lost = [...this.in('waiting'), ...this.in('inside')].reduce((sum, { items }) => sum + items, 0);
    for (const entry of this.in('waiting')) entry.fate = 'CLOSED at the gate';
    for (const entry of this.in('inside')) entry.fate = 'CLOSED inside';
    this.open = false;
    return lost;
  }

  books(by: number) {
    const sum = (count: (entry: Entry) => number, ...fates: Fate[]) =>
      this.entries
        .filter((entry) => entry.by === by && (fates.length === 0 || fates.includes(entry.fate)))
        .reduce((n, entry) => n + count(entry), 0);
    const all = ({ items }: Entry) => items;
    return {
      received: sum(all) + this.leftOut[by]!,
      handled: sum(({ items, skipped, repeated }) => items - skipped - repeated, 'handled'),
      refused: sum(all, 'REFUSED', 'CLOSED at the gate'),
      failed: sum(all, 'FAILED', 'CLOSED inside'),
      skipped: sum(({ skipped }) => skipped, 'handled') + this.leftOut[by]!,
      deduplicated: sum(({ repeated }) => repeated, 'handled'),
      inFlight: sum(all, 'waiting', 'inside'),
    };
  }
}

/** A real stream whose handler ends when it is told to. */
class Rig {
  readonly clock = new TestClock(0);
  readonly started: number[] = [];
  readonly outcomes = new Map<number, string>();
  readonly aborts = new Map<number, AbortController>();
  readonly endings = new Map<number, { batch: HandlerBatch<Item>; end: (ok: boolean) => void }>();
  readonly stream = new Stream(createStream<Item>({ id: 'modelled', weigh: ({ weight }) => weight }), this.clock, {
    failed: () => undefined,
    miscounted: () => undefined,
  });
  readonly publishers: Publisher<Item>[];

  constructor() {
    this.publishers = PUBLISHERS.map((name) => this.stream.publisher(name));
    this.stream.attach('handler', (batch) => this.#handle(batch), { capacity: CAPACITY });
    this.stream.open();
  }

  publish(id: number, by: number, weights: readonly number[], ending: Ending, waitMs: number): void {
    const abort = new AbortController();
    this.aborts.set(id, abort);
    const items = weights.map((weight) => ({ id, weight, ending }));
    this.publishers[by]!.publish(items, { waitMs, signal: abort.signal }).then(
      ({ handled }) => {
        this.outcomes.set(id, 'inside');
        // Every third receipt is ignored: it must not become an unhandled rejection.
        if (id % 3 === 0) return;
        handled.then(
          () => this.outcomes.set(id, 'handled'),
          (error) => this.outcomes.set(id, error.code === 'CLOSED' ? 'CLOSED inside' : error.code),
        );
      },
      (error) => this.outcomes.set(id, error.code === 'CLOSED' ? 'CLOSED at the gate' : error.code),
    );
  }

  #handle(batch: HandlerBatch<Item>) {
    const { id, ending } = batch.items[0]!;
    this.started.push(id);
    if (ending === 'throws') throw new Error('on purpose');
    if (ending === 'at once') return undefined;
    if (ending === 'promise') {
      return new Promise<void>((resolve, reject) => {
        this.endings.set(id, { batch, end: (ok) => (ok ? resolve() : reject(new Error('on purpose'))) });
      });
    }
    return new Observable<number>((subscriber) => {
      this.endings.set(id, { batch, end: (ok) => (ok ? subscriber.complete() : subscriber.error(new Error('on purpose'))) });
    });
  }
}

interface Item {
  readonly id: number;
  readonly weight: number;
  readonly ending: Ending;
}

async function apply(operation: Operation, rig: Rig, model: Model): Promise<void> {
  switch (operation.kind) {
    case 'publish': {
      const { by, weights, ending, waitMs } = operation;
      const id = model.entries.length;
      const weight = weights.reduce((sum, each) => sum + Math.max(1, each), 0);
      const entry: Entry = {
        id,
        by,
        items: weights.length,
        weight,
        ending,
        due: model.now + waitMs,
        fate: 'waiting',
        skipped: 0,
        repeated: 0,
      };
      rig.publish(id, by, weights, ending, waitMs);
      model.publish(entry, waitMs);
      return;
    }
    case 'settle': {
      const inside = model.in('inside');
      const entry = inside[operation.pick % Math.max(1, inside.length)];
      if (entry === undefined) return;
      const { batch, end } = rig.endings.get(entry.id)!;
      batch.skip(operation.skip, 'too-odd');
      batch.deduplicated(operation.repeat);
      end(operation.ok);
      model.settle(entry, operation.ok, operation.skip, operation.repeat);
      return;
    }
    case 'abort': {
      const entry = model.entries[operation.pick % Math.max(1, model.entries.length)];
      if (entry === undefined) return;
      rig.aborts.get(entry.id)!.abort();
      if (entry.fate === 'waiting') model.refuse(entry);
      return;
    }
    case 'move':
      await rig.clock.advance(operation.ms);
      model.move(operation.ms);
      return;
    case 'leave out':
      rig.publishers[operation.by]!.skip(operation.count, 'malformed');
      model.leftOut[operation.by]! += operation.count;
      return;
    case 'close':
      rig.stream.close();
      model.open = false;
      return;
    case 'abandon':
      expect(rig.stream.abandon()).toBe(model.abandon());
  }
}

function compare(rig: Rig, model: Model): void {
  expect(rig.started).toEqual(model.started);
  expect(rig.stream.gate.used).toBe(model.used);
  expect(rig.stream.gate.waiting).toBe(model.in('waiting').length);
  expect(rig.stream.gate.waitingWeight).toBe(model.in('waiting').reduce((sum, { weight }) => sum + weight, 0));
  for (const { id, fate } of model.entries) {
    const ignored = id % 3 === 0 && ['handled', 'FAILED', 'CLOSED inside'].includes(fate);
    expect([id, rig.outcomes.get(id) ?? 'waiting']).toEqual([id, ignored ? 'inside' : fate]);
  }
  for (const [by, books] of rig.stream.books().entries()) {
    const entry = books.entry();
    expect(imbalance(entry)).toBe(0);
    const skipped = Object.values(entry.skipped).reduce((sum, items) => sum + items, 0);
    expect({ ...entry, skipped }).toMatchObject(model.books(by));
  }
}

it('admits in order within its capacity, settles every batch once and keeps exact books, whatever publishers and handlers do', async () => {
  const unhandled: unknown[] = [];
  const listen = (error: unknown) => unhandled.push(error);
  process.on('unhandledRejection', listen);
  try {
    await fc.assert(
      fc.asyncProperty(operations, async (list) => {
        const rig = new Rig();
        const model = new Model();
        for (const operation of list) {
          await apply(operation, rig, model);
          await new Promise(setImmediate);
          compare(rig, model);
        }
        const idle = rig.stream.idle();
        expect(rig.stream.abandon()).toBe(model.abandon());
        await idle;
        compare(rig, model);
        expect(rig.clock.pending).toBe(0);
      }),
      { numRuns: 120 },
    );
    await new Promise(setImmediate);
    expect(unhandled).toEqual([]);
  } finally {
    process.off('unhandledRejection', listen);
  }
}, 60_000);
