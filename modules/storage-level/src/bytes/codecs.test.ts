import { describe, expect, it } from '@jest/globals';
import {
  copyMetricState,
  type KeyedSums,
  MAX_TABLE_KEYS,
  type MetricModel,
  type MetricState,
  mergeMetricState,
  NumberTable,
  type Value,
} from '@skein/telemetry/storage';
import fc from 'fast-check';
import type { Entry } from '../journal/entry.js';
import { decodePayload, encodePayload } from '../journal/entry-codec.js';
import {
  CHUNK_ENTITIES,
  ChunkColumn,
  chunkPresence,
  columnsOf,
  decodeChunk,
  emptyChunk,
  encodeChunk,
  findColumn,
  stateIn,
} from '../metrics/metric-chunk.js';
import { readTable, writeMergedTable, writeTable } from '../metrics/number-codec.js';
import { encodeBlock, packRows, RecordBlock } from '../records/block-codec.js';
import { decodePosting } from '../records/posting-codec.js';
import { chunkRows } from '../records/row-chunks.js';
import { decodeEntity, encodeEntity } from '../rows/entity-codec.js';
import { ByteReader, MalformedBytes } from './byte-reader.js';
import { ByteWriter } from './byte-writer.js';
import { pack, unpack } from './compression.js';

const finite = fc.oneof(fc.maxSafeInteger(), fc.integer(), fc.nat(), fc.double({ noNaN: true }));
const text = fc.oneof(fc.string({ unit: 'grapheme' }), fc.constantFrom('', '__proto__', 'x'.repeat(40), 'ü'.repeat(31)));
const value: fc.Arbitrary<Value> = fc.oneof(finite, text, fc.boolean(), fc.constant(null), fc.array(text), fc.uint8Array());
const fields = ['a', 'b', 'c', 'body'];
const row = fc.record({ a: value, b: value, c: value, body: fc.uint8Array({ maxLength: 500 }) }, { requiredKeys: [] });
const table = fc.tuple(fc.integer({ min: 1, max: 3 }), fc.boolean()).chain(([width, numeric]) =>
  fc
    .uniqueArray(fc.tuple(numeric ? fc.maxSafeInteger() : text, fc.array(finite, { minLength: width, maxLength: width })), {
      selector: ([key]) => key,
      minLength: 1,
      maxLength: 8,
    })
    .map((entries) => new Map<number | string, number[]>(entries as [number | string, number[]][])),
);
const state: fc.Arbitrary<MetricState> = fc.oneof(
  fc.array(finite, { maxLength: 4 }).map((slots) => ({ slots })),
  fc.tuple(fc.array(finite, { maxLength: 2 }), table).map(([slots, t]) => ({ slots, table: t })),
);
const instant = fc.integer({ min: -1, max: 2 ** 42 });
const entry: fc.Arbitrary<Entry> = fc.record(
  {
    at: instant,
    id: fc.record({ writer: text, sequence: fc.nat() }),
    records: fc.array(fc.record({ model: text, fields: fc.constant(fields), rows: fc.array(row, { maxLength: 5 }) }), { maxLength: 3 }),
    entities: fc.array(fc.record({ model: text, id: text, at: instant, row }), { maxLength: 5 }),
    deltas: fc.array(
      fc
        .record({
          scope: text,
          entity: text,
          minute: instant.map((n) => n - (n % 60_000)),
          metrics: fc.array(fc.tuple(fc.nat(500), state), { maxLength: 5 }),
        })
        .map(({ metrics, ...delta }) => ({ ...delta, columns: metrics.map(([column]) => column), states: metrics.map(([, s]) => s) })),
      { maxLength: 6 },
    ),
    documents: fc.array(fc.record({ kind: text, id: text, version: fc.nat(), json: fc.option(fc.json(), { nil: undefined }) }), {
      maxLength: 3,
    }),
  },
  { requiredKeys: ['at', 'records', 'entities', 'deltas', 'documents'] },
);

/** Sorted tables and plain bytes, so that equal content is equal. */
const plain = (thing: unknown): unknown => {
  if (thing instanceof Map || thing instanceof NumberTable)
    return [...thing].sort(([a], [b]) => (a < b ? -1 : 1)).map(([k, v]) => [k, plain(v)]);
  if (thing instanceof Uint8Array) return Buffer.from(thing).toString('hex');
  if (Array.isArray(thing)) return thing.map(plain);
  if (typeof thing !== 'object' || thing === null) return thing;
  return Object.fromEntries(Object.entries(thing).flatMap(([k, v]) => (v === undefined ? [] : [[k, plain(v)]])));
};

/** As storages keep it. */
const compact = (sums: Map<number | string, number[]>, width: number): KeyedSums =>
  width === 1 && typeof [...sums.keys()][0] === 'number' ? NumberTable.of(sums) : sums;

/** Bytes that are nearly right: a real encoding with something changed, cut or added. */
const damage = (bytes: Uint8Array): fc.Arbitrary<Uint8Array> =>
  fc.tuple(fc.nat(), fc.nat(255), fc.constantFrom('set', 'cut', 'insert')).map(([n, byte, how]) => {
    const at = bytes.length === 0 ? 0 : n % bytes.length;
    if (how === 'cut') return bytes.slice(0, at);
    if (how === 'insert') return Uint8Array.from([...bytes.subarray(0, at), byte, ...bytes.subarray(at)]);
    const changed = Uint8Array.from(bytes);
    changed[at] = byte;
    return changed;
  });

/** Whatever is read: a value or a clean error, nothing else. */
function readsOrRefuses(read: () => unknown): void {
  try {
    read();
  } catch (error) {
    expect(error).toBeInstanceOf(MalformedBytes);
  }
}

describe('codecs', () => {
  it('numbers and texts come back as they were', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(finite, fc.maxSafeNat(), text)), (items) => {
        const writer = new ByteWriter(1);
        for (const [number, count, string] of items) {
          writer.signed(number);
          writer.varint(count);
          writer.text(string);
          writer.ref(string);
        }
        const reader = new ByteReader(Buffer.from(writer.view()));
        expect(items.map(() => [reader.signed(), reader.varint(), reader.text(), reader.ref()])).toEqual(
          items.map(([n, c, t]) => [n, c, t, t]),
        );
        expect(reader.done).toBe(true);
      }),
    );
  });

  it('a journal entry comes back as it was', () => {
    fc.assert(
      fc.property(entry, (one) => expect(plain(decodePayload(encodePayload(one).payload).entry)).toEqual(plain(one))),
      { numRuns: 60 },
    );
  });

  it('the rows of a large commit come back as they were, and as they were compressed', () => {
    const records = fc
      .array(row, { minLength: 32, maxLength: 200 })
      .map((rows) => ({ model: 'm', fields, rows, chunks: chunkRows(fields, rows, 'body')! }));
    fc.assert(
      fc.property(fc.array(records, { minLength: 1, maxLength: 2 }), entry, (list, one) => {
        const whole = { ...one, records: [...one.records, ...list] };
        const { payload, size } = encodePayload(whole);
        const decoded = decodePayload(payload);
        expect(plain(decoded.entry)).toEqual(plain(whole));
        expect(decoded.size).toBe(size);
        for (const { rows, chunks } of list) expect(chunks.reduce((sum, chunk) => sum + chunk.rows, 0)).toBe(rows.length);
      }),
      { numRuns: 10 },
    );
  });

  it('a block gives back every row, with and without body', () => {
    fc.assert(
      fc.property(fc.array(row, { minLength: 1, maxLength: 70 }), (rows) => {
        const block = new RecordBlock(encodeBlock(fields, { count: rows.length, fields: [[1, 2]] }, packRows(fields, rows, 'body').packed));
        expect(block.bounds).toEqual({ count: rows.length, fields: rows.length > 1 ? [[1, 2]] : [[1, 1]] });
        for (const [i, one] of rows.entries()) {
          const { body: _body, ...shown } = one;
          expect(plain(block.rows.whole([i]))).toEqual([plain(one)]);
          expect(plain(block.rows.row(i))).toEqual(plain(shown));
        }
      }),
      { numRuns: 25 },
    );
  });

  it('a chunk gives back every metric of every entity, and copies columns that it does not know', () => {
    const cells = fc.uniqueArray(fc.nat(20), { maxLength: 6 }).chain((columns) =>
      // States of one column have one shape.
      fc
        .tuple(
          ...columns.map((column) =>
            column % 2 === 0 ? fc.array(finite, { minLength: 2, maxLength: 2 }).map((slots) => ({ slots })) : table1,
          ),
        )
        .map((states) => ({ columns, states })),
    );
    const table1 = fc
      .uniqueArray(fc.maxSafeInteger(), { minLength: 1, maxLength: 5 })
      .chain((keys) =>
        fc
          .array(finite, { minLength: keys.length, maxLength: keys.length })
          .map((sums) => ({ slots: [], table: new Map<number | string, number[]>(keys.map((key, i) => [key, [sums[i]!]])) })),
      );
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.tuple(fc.nat(CHUNK_ENTITIES - 1), cells), { selector: ([place]) => place, maxLength: 20 }),
        (members) => {
          const chunk = emptyChunk();
          for (const [place, one] of members) chunk.entities[place] = one as never;
          const bytes = encodeChunk(chunk);
          expect(chunkPresence(bytes).sort()).toEqual(members.map(([place]) => place).sort());
          // Knows only even columns, and writes it again: nothing is lost.
          const copied = encodeChunk(decodeChunk(bytes, (column) => column % 2 === 0));
          for (const [place, one] of members) {
            const found = [...columnsOf(copied)].flatMap(([column, payload]) => {
              const state = stateIn(payload, place);
              return state === undefined ? [] : ([[column, state]] as const);
            });
            expect(plain(new Map(found))).toEqual(plain(new Map(one.columns.map((column, i) => [column, one.states[i]]))));
            for (const [i, column] of one.columns.entries()) {
              const values = findColumn(bytes, column)!;
              const payload = new Map(columnsOf(bytes)).get(column)!;
              expect(plain(stateIn(payload, place))).toEqual(plain(one.states[i]));
              if (!values.places.includes((place + 1) % CHUNK_ENTITIES))
                expect(stateIn(payload, (place + 1) % CHUNK_ENTITIES)).toBeUndefined();
              expect(plain(values.state(values.places.indexOf(place)))).toEqual(plain(one.states[i]));
            }
          }
        },
      ),
      { numRuns: 50 },
    );
  });

  it('a table is added to a stored one as states are merged', () => {
    const tables = fc.tuple(fc.boolean(), fc.integer({ min: 1, max: 2 })).chain(([numeric, width]) => {
      const key = numeric ? fc.integer({ min: -20, max: 20 }) : fc.constantFrom('a', 'b', 'ü', '', 'z'.repeat(40));
      const sums = fc.array(finite, { minLength: width, maxLength: width });
      const one = fc.array(fc.tuple(key, sums), { minLength: 1, maxLength: 12 }).map((list) => new Map<number | string, number[]>(list));
      return fc.record({ width: fc.constant(width), stored: one, added: one });
    });
    const model: MetricModel = { kind: 'metric', name: 'm', scope: 's', signature: 'x', slots: [] };
    fc.assert(
      fc.property(tables, ({ width, stored, added }) => {
        const bytes = new ByteWriter();
        writeTable(bytes, compact(stored, width), width);
        const merged = new ByteWriter();
        writeMergedTable(merged, bytes.view(), compact(added, width), width);
        const expected = mergeMetricState(model, copyMetricState({ slots: [], table: stored }), { slots: [], table: added });
        expect(plain(readTable(new ByteReader(merged.view()), width))).toEqual(plain(expected.table));
      }),
    );
  });

  it('a merged table keeps the smallest keys, as states do', () => {
    const upTo = (from: number): Map<number, number[]> => new Map(Array.from({ length: 40_000 }, (_, i) => [from + i, [1]]));
    const bytes = new ByteWriter();
    writeTable(bytes, upTo(30_000), 1);
    const merged = new ByteWriter();
    writeMergedTable(merged, bytes.view(), upTo(0), 1);
    const keys = [...readTable(new ByteReader(merged.view()), 1).keys()];
    expect([keys.length, keys[0], keys.at(-1)]).toEqual([MAX_TABLE_KEYS, 0, MAX_TABLE_KEYS - 1]);
  });

  it('entities come back as they were', () => {
    const fieldState = fc.record({ value: value.filter((v) => v !== null), at: finite });
    const entity = fc.record({ state: fc.dictionary(text, fieldState).map((d) => new Map(Object.entries(d))), seen: instant });
    fc.assert(fc.property(entity, (one) => expect(plain(decodeEntity(encodeEntity(one)))).toEqual(plain(one))));
  });

  it('compressed data comes back, and damaged data is refused', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 2000 }), (data) => expect(unpack(pack(data)).equals(data)).toBe(true)));
    const packed = pack(Buffer.from('Skein '.repeat(1000)));
    fc.assert(fc.property(damage(packed), (bytes) => readsOrRefuses(() => unpack(bytes))));
  });

  it('arbitrary and damaged bytes give a value or a clean error', () => {
    const decoders: ((bytes: Buffer) => unknown)[] = [
      (bytes) => decodePayload(Buffer.from([bytes.length + 1, 0, 0, 0, 0, ...bytes])),
      (bytes) => decodePosting(bytes).blocks,
      decodeEntity,
      (bytes) => decodeChunk(bytes, () => true),
      (bytes) => [...columnsOf(bytes)],
      (bytes) => new ChunkColumn(bytes).state(0),
      (bytes) => stateIn(bytes, 5),
      (bytes) => {
        const block = new RecordBlock(bytes);
        block.rows.all();
      },
    ];
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.constantFrom(...decoders), (bytes, decode) => {
        readsOrRefuses(() => decode(Buffer.from([1, ...bytes])));
      }),
      { numRuns: 1000 },
    );
    fc.assert(
      fc.property(
        entry.chain((one) => damage(Uint8Array.from(encodePayload(one).payload))),
        (bytes) => readsOrRefuses(() => decodePayload(Buffer.from(bytes))),
      ),
      { numRuns: 200 },
    );
  });
});
