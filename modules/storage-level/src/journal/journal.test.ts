import { describe, expect, it, jest } from '@jest/globals';
import fc from 'fast-check';
import { FaultyDisk } from '../testing/faulty-disk.js';
import { FILE_HEADER, FRAME_HEADER_BYTES } from './frame.js';
import { Journal } from './journal.js';

const entry = (n: number): Buffer => Buffer.from(`entry ${n} ${'x'.repeat(n % 50)}`);

async function open(disk: FaultyDisk, from = 0, floor = 0) {
  const journal = new Journal(disk, { sync: true, fileBytes: 300 });
  const found: string[] = [];
  const report = await journal.replay(from, floor, (payload) => {
    found.push(payload.toString());
  });
  const ends: number[] = [];
  const append = async (n: number): Promise<void> => journal.append(entry(n), ({ end }) => ends.push(end));
  return { journal, found, report, ends, append };
}
const texts = (...numbers: number[]): string[] => numbers.map((n) => entry(n).toString());
const upTo = (count: number): number[] => Array.from({ length: count }, (_, i) => i);

describe('Journal', () => {
  it('gives back what was appended, in order and over several files', async () => {
    const disk = new FaultyDisk();
    const { append, journal, ends } = await open(disk);
    await Promise.all(upTo(40).map(append));
    for (const n of [40, 41]) await append(n);
    await journal.close();
    const again = await open(disk);
    expect(again.found).toEqual(texts(...upTo(42)));
    expect(again.report).toMatchObject({ entries: 42, torn: 0 });
    expect(again.report.end).toBe(ends.at(-1));
  });

  it('replays only what ends behind the watermark', async () => {
    const disk = new FaultyDisk();
    const { append, ends } = await open(disk);
    for (const n of upTo(30)) await append(n);
    expect(disk.files.size).toBeGreaterThan(2);
    for (const [n, end] of ends.entries()) expect((await open(disk, end)).found).toEqual(texts(...upTo(30).slice(n + 1)));
  });

  it('removes files that hold nothing behind a position, and never uses a position twice', async () => {
    const disk = new FaultyDisk();
    const first = await open(disk);
    for (const n of upTo(30)) await first.append(n);
    await first.journal.release(first.ends[19]!);
    expect((await open(disk, first.ends[19]!)).found).toEqual(texts(...upTo(30).slice(20)));
    await first.journal.close();
    await (await open(disk)).journal.release(first.ends[29]!);
    expect(disk.files.size).toBe(0);
    const second = await open(disk, 0, first.ends[29]!);
    await second.append(30);
    expect(second.ends[0]).toBeGreaterThan(first.ends[29]!);
  });

  it('knows its size after releases that overtake each other', async () => {
    const disk = new FaultyDisk();
    const { append, journal, ends } = await open(disk);
    for (const n of upTo(30)) await append(n);
    const before = await disk.list();
    let goOn: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => {
      goOn = resolve;
    });
    const slow = jest.spyOn(disk, 'list').mockImplementationOnce(async () => {
      await gate;
      return before;
    });
    const overtaken = journal.release(ends[15]!);
    await journal.release(ends[28]!);
    const bytes = journal.bytes;
    goOn();
    await overtaken;
    expect([journal.bytes, slow.mock.calls.length]).toEqual([bytes, 2]);
  });

  it('never removes a file that is being made while everything before it is released', async () => {
    const disk = new FaultyDisk();
    const { append, journal, ends } = await open(disk);
    for (const n of upTo(40)) {
      const appended = append(n);
      await journal.release(ends.at(-1) ?? 0);
      await appended;
      expect((await open(disk)).found).toContain(texts(n)[0]);
    }
  });

  it('removes a large file as soon as nothing of it is needed, and goes on behind it', async () => {
    const disk = new FaultyDisk();
    const journal = new Journal(disk, { sync: true, fileBytes: 10_000_000 });
    await journal.replay(0, 0, () => undefined);
    let end = 0;
    const append = (payload: Buffer): Promise<void> =>
      journal.append(payload, (span) => {
        end = span.end;
      });
    await append(entry(1));
    await journal.release(end);
    expect(disk.files.size).toBe(1);
    await append(Buffer.alloc(2_000_000));
    await journal.release(end - 1);
    expect(disk.files.size).toBe(1);
    const last = end;
    await journal.release(end);
    expect([disk.files.size, journal.bytes]).toEqual([0, 0]);
    await append(entry(2));
    expect(end).toBeGreaterThan(last);
    expect((await open(disk, last)).found).toEqual(texts(2));
  });

  it('loses nothing but the last entry to a tail that is torn at any byte, counts it and goes on', async () => {
    const whole = new FaultyDisk();
    const journal = new Journal(whole, { sync: true, fileBytes: 1_000_000 });
    await journal.replay(0, 0, () => undefined);
    let last = { start: 0, end: 0 };
    for (const n of upTo(5)) {
      await journal.append(entry(n), (span) => {
        last = span;
      });
    }
    const [name, bytes] = [...whole.files][0]!;
    for (let length = last.start; length < last.end; length++) {
      const disk = new FaultyDisk();
      disk.files.set(name, bytes.subarray(0, length));
      const torn = await open(disk);
      expect(torn.found).toEqual(texts(...upTo(4)));
      expect(torn.report.torn).toBe(length === last.start ? 0 : 1);
      await torn.append(9);
      expect((await open(disk)).found).toEqual(texts(...upTo(4), 9));
      expect((await open(disk)).report.torn).toBe(0);
    }
  });

  it('notices every flipped bit, keeps a copy from there on, and hands on all other entries', async () => {
    const disk = new FaultyDisk();
    const { append, ends } = await open(disk);
    for (const n of upTo(4).map((n) => n + 1)) await append(n);
    const [name, bytes] = [...disk.files][0]!;
    await fc.assert(
      fc.asyncProperty(fc.nat(bytes.length - 1), fc.integer({ min: 0, max: 7 }), async (at, bit) => {
        const flipped = new FaultyDisk();
        flipped.files.set(name, Buffer.from(bytes));
        flipped.files.get(name)![at]! ^= 1 << bit;
        const first = FILE_HEADER.length;
        fc.pre(at !== first - 1);
        const { found, report, append } = await open(flipped);
        const hit = at < first ? -1 : ends.findIndex((end) => end > at);
        const whole = upTo(4).filter((i) => i !== hit);
        expect(found).toEqual(texts(...whole.map((i) => i + 1)));
        if (hit === 3) {
          expect(report).toMatchObject({ torn: 1, damages: [] });
          return;
        }
        const start = hit < 0 ? 0 : (ends[hit - 1] ?? first);
        expect(report).toMatchObject({ torn: 0, damages: [{ name, bytes: (ends[hit] ?? first) - start, copy: `${name}.damaged` }] });
        expect(flipped.files.get(`${name}.damaged`)!.length).toBe(bytes.length - start);
        await append(7);
        expect((await open(flipped)).found).toEqual(texts(...whole.map((i) => i + 1), 7));
        expect((await open(flipped, ends[3])).report.damages).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });

  it('goes on behind damage in any file, cuts off only what is torn behind the last whole entry, and says what is lost', async () => {
    const disk = new FaultyDisk();
    const { append, ends } = await open(disk);
    for (const n of upTo(20)) await append(n);
    const names = [...disk.files.keys()].sort();
    expect(names.length).toBeGreaterThan(1);
    // The last entry of the first file, and the first one of the last file, which is torn besides.
    const [first, last] = [disk.files.get(names[0]!)!, disk.files.get(names.at(-1)!)!];
    const base = Number.parseInt(names.at(-1)!, 10);
    const firstOfLast = ends.findIndex((end) => end > base);
    const lastOfFirst = ends.findIndex((end) => end > first.length) - 1;
    first[first.length - 1]! ^= 1;
    last[FILE_HEADER.length]! ^= 0x80;
    disk.files.set(names.at(-1)!, last.subarray(0, last.length - 1));
    const { found, report } = await open(disk);
    expect(found).toEqual(texts(...upTo(19).filter((n) => n !== firstOfLast && n !== lastOfFirst)));
    const sizes = [lastOfFirst, firstOfLast].map((n) => entry(n).length + FRAME_HEADER_BYTES);
    expect(report).toMatchObject({ torn: 1, damages: sizes.map((bytes, i) => ({ bytes, name: [names[0], names.at(-1)][i] })) });
    expect((await open(disk)).report.torn).toBe(0);
  });

  it.each([['write'], ['sync'], ['create']] as const)(
    'rejects when the disk is full at %s, keeps what it had, and recovers',
    async (operation) => {
      const disk = new FaultyDisk();
      const { append, journal } = await open(disk);
      for (const n of upTo(3)) await append(n);
      if (operation === 'create') for (const n of upTo(3).map((n) => n + 45)) await append(n);
      disk.fail(operation, 2);
      if (operation === 'create')
        while (
          await append(49).then(
            () => true,
            () => false,
          )
        );
      else await expect(append(50)).rejects.toThrow('no space left');
      await expect(append(51)).rejects.toThrow('no space left');
      await append(52);
      await journal.close();
      const { found } = await open(disk);
      expect(found.slice(0, 3)).toEqual(texts(0, 1, 2));
      expect(found.at(-1)).toBe(texts(52)[0]);
      expect(found).not.toContain(texts(50)[0]);
      expect(found).not.toContain(texts(51)[0]);
    },
  );

  it('leaves a file behind whose failed write cannot be cut back: its tail is never read', async () => {
    const disk = new FaultyDisk();
    const { append, ends } = await open(disk);
    await append(1);
    disk.fail('write');
    disk.fail('truncate', 2);
    await expect(append(2)).rejects.toThrow('no space left');
    await append(3);
    expect(disk.files.size).toBe(2);
    expect(ends).toHaveLength(2);
    expect((await open(disk)).found).toEqual(texts(1, 3));
  });

  it('keeps every acknowledged entry and no refused one, whatever fails', async () => {
    const step = fc.oneof(
      { weight: 6, arbitrary: fc.constant('append' as const) },
      { weight: 1, arbitrary: fc.constantFrom('create', 'write', 'sync', 'truncate', 'reopen') },
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
        const disk = new FaultyDisk();
        let current = await open(disk);
        const acknowledged: string[] = [];
        for (const [n, action] of steps.entries()) {
          if (action === 'append')
            await current.append(n).then(
              () => acknowledged.push(...texts(n)),
              () => undefined,
            );
          else if (action === 'reopen') {
            await current.journal.close();
            current = await open(disk).catch(() => open(disk));
          } else disk.fail(action);
        }
        for (const operation of ['create', 'write', 'sync', 'truncate'] as const) disk.fail(operation, 0);
        const { found } = await open(disk);
        // What was refused because of a sync may be there as the very last: nobody knows what the disk did.
        expect(found.filter((text) => acknowledged.includes(text))).toEqual(acknowledged);
      }),
      { numRuns: 200 },
    );
  });

  it('refuses a file of a newer format in clear words', async () => {
    const disk = new FaultyDisk();
    await (await open(disk)).append(1);
    const [name, bytes] = [...disk.files][0]!;
    bytes[FILE_HEADER.length - 1]! += 1;
    disk.files.set(name, bytes);
    await expect(open(disk)).rejects.toThrow(/newer than this version of Skein can read/);
  });
});
