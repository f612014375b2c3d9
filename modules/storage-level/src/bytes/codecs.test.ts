import { describe, expect, it } from '@jest/globals';
import {
  copyMetricState,
  type KeyedSums,
  MAX_TABLE_KEYS,
  MetricDelta,
  type MetricModel,
  type MetricState,
  type MutableMetricState,
  mergeMetricState,
  NumberTable,
  type Value,
} from '@skein/telemetry/storage';
import fc from 'fast-check';
import type { Entry } from '../journal/entry.js';
import { decodePayload, encodePayload } from '../journal/entry-codec.js';
import { mergeChunk } from '../metrics/chunk-merge.js';
import { CHUNK_ENTITIES, ChunkColumn, chunkPresence, columnsOf, findColumn, stateIn } from '../metrics/metric-chunk.js';
import { MetricRow, RowRoom } from '../metrics/metric-rows.js';
import { readTable, writeMergedTable, writeTable } from '../metrics/number-codec.js';
import { RowLayout, RowLayouts } from '../metrics/row-layout.js';
import { encodeBlock, packRows, RecordBlock } from '../records/block-codec.js';
import { decodePosting } from '../records/posting-codec.js';
import { findInPage } from '../records/posting-page.js';
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
/** A metric for each column: slots, a table of numbers, of texts, of several sums, or a table and slots. */
const modelOf = (column: number): MetricModel => ({
  kind: 'metric',
  name: `m${column}`,
  scope: 's',
  signature: '',
  slots: Array.from({ length: [2, 0, 0, 0, 3, 1][column % 6]! }, (_, i) => (['sum', 'min', 'max'] as const)[i]!),
  ...(column % 6 > 0 && {
    table: { key: column % 6 === 2 ? 'string' : 'int', width: column % 6 === 3 ? 2 : 1, maxKeys: 10 },
  }),
});
const models = Array.from({ length: 24 }, (_, column) => modelOf(column));
/** Columns that were given: all but those that are divisible by 7. */
const layouts = new RowLayouts({
  of: (model) => models.indexOf(model),
  model: (column) => (column % 7 === 6 ? undefined : models[column]),
});
const stateOf = ({ slots, table }: MetricModel): fc.Arbitrary<MetricState> => {
  const some = fc.array(finite, { minLength: slots.length, maxLength: slots.length });
  if (table === undefined) return some.map((values) => ({ slots: values }));
  const sums = fc.array(finite, { minLength: table.width, maxLength: table.width });
  const entries = fc.uniqueArray(fc.tuple(table.key === 'int' ? fc.maxSafeInteger() : text, sums), {
    selector: ([key]) => key,
    maxLength: 8,
  });
  return fc.tuple(some, fc.option(entries, { nil: undefined })).map(([values, list]) => {
    const made = list && new Map<number | string, number[]>(list as [number | string, number[]][]);
    return made === undefined ? { slots: values } : { slots: values, table: made };
  });
};
/** Metrics of known columns, as a journal entry has them. */
const packed = fc
  .uniqueArray(
    fc.nat(models.length - 1).filter((column) => column % 7 !== 6),
    { maxLength: 5 },
  )
  .chain((columns) => fc.tuple(...columns.map((column) => stateOf(models[column]!).map((state) => [models[column]!, state] as const))))
  .map((metrics) => {
    const { layout, ...delta } = MetricDelta.of('', '', 0, metrics);
    return { layout: layouts.find(layout)!, slots: delta.slots, slotsAt: 0, tables: delta.tables, tablesAt: 0 };
  });
const instant = fc.integer({ min: -1, max: 2 ** 42 });
const entry: fc.Arbitrary<Entry> = fc.record(
  {
    at: instant,
    id: fc.record({ writer: text, sequence: fc.nat() }),
    records: fc.array(fc.record({ model: text, fields: fc.constant(fields), rows: fc.array(row, { maxLength: 5 }) }), { maxLength: 3 }),
    entities: fc.array(fc.record({ model: text, id: text, at: instant, row }), { maxLength: 5 }),
    deltas: fc.array(
      fc
        .tuple(text, text, instant, packed)
        .map(([scope, entity, at, metrics]) => ({ scope, entity, minute: at - (at % 60_000), ...metrics })),
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
  if (thing instanceof RowLayout) return thing.columns;
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
      fc.property(entry, (one) => expect(plain(decodePayload(encodePayload(one).payload, layouts).entry)).toEqual(plain(one))),
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
        const decoded = decodePayload(payload, layouts);
        expect(plain(decoded.entry)).toEqual(plain(whole));
        expect(decoded.size).toEqual(size);
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

  it('a chunk that rows are added to, again and again, gives back their merged metrics', () => {
    const batch = fc.uniqueArray(fc.tuple(fc.nat(CHUNK_ENTITIES - 1), packed), { selector: ([place]) => place, maxLength: 20 });
    fc.assert(
      fc.property(fc.array(batch, { minLength: 1, maxLength: 4 }), (batches) => {
        let bytes: Buffer | undefined;
        const expected = new Map<number, Map<number, MutableMetricState>>();
        for (const members of batches) {
          const room = new RowRoom();
          const rows = new Array<MetricRow | undefined>(CHUNK_ENTITIES).fill(undefined);
          for (const [place, metrics] of members) {
            const row = new MetricRow(metrics.layout, room);
            row.copy(metrics);
            rows[place] = row;
            const states = expected.get(place) ?? new Map<number, MutableMetricState>();
            expected.set(place, states);
            for (const column of metrics.layout.columns) {
              const known = states.get(column);
              states.set(column, known ? mergeMetricState(models[column]!, known, row.view(column)!) : row.state(column)!);
            }
          }
          bytes = mergeChunk(bytes, rows);
        }
        expect(chunkPresence(bytes!)).toEqual([...expected.keys()].sort((a, b) => a - b));
        const payloads = new Map(columnsOf(bytes!));
        for (const [place, states] of expected) {
          for (const [column, payload] of payloads) expect(plain(stateIn(payload, place))).toEqual(plain(states.get(column)));
          for (const [column, state] of states) {
            const values = findColumn(bytes!, column)!;
            expect(plain(values.state(values.places.indexOf(place)))).toEqual(plain(state));
          }
        }
      }),
      { numRuns: 100 },
    );
  });

  it('a chunk keeps columns that nothing is added to, of whatever version they are', () => {
    const row = new MetricRow(layouts.of([4]), new RowRoom());
    const bytes = Buffer.concat([mergeChunk(undefined, [row]), Buffer.from([250, 1, 3, 9, 9, 9])]);
    const again = mergeChunk(bytes, [undefined, new MetricRow(layouts.of([1]), new RowRoom())]);
    const columns = new Map(columnsOf(again));
    expect([...columns.keys()]).toEqual([4, 250, 1]);
    expect([...columns.get(250)!]).toEqual([9, 9, 9]);
    expect(columns.get(4)).toEqual(new Map(columnsOf(bytes)).get(4));
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
        writeMergedTable(merged, bytes.view(), compact(added, width), { width });
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
    writeMergedTable(merged, bytes.view(), upTo(0), { width: 1 });
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
      (bytes) => decodePayload(Buffer.from([bytes.length + 1, 0, 0, 0, 0, ...bytes]), layouts),
      (bytes) => decodePosting(bytes).blocks,
      (bytes) => findInPage(bytes, { high: 0, low: 0 })?.blocks,
      decodeEntity,
      (bytes) => mergeChunk(bytes, [new MetricRow(layouts.of([1, 2, 3, 4, 5]), new RowRoom())]),
      (bytes) => [...columnsOf(bytes)],
      (bytes) => new ChunkColumn(bytes).state(0),
      (bytes) => stateIn(bytes, 5),
      (bytes) => {
        const block = new RecordBlock(bytes);
        block.rows.all();
      },
    ];
    fc.assert(
      fc.property(fc.constantFrom(1, 2), fc.uint8Array({ maxLength: 200 }), fc.constantFrom(...decoders), (version, bytes, decode) => {
        readsOrRefuses(() => decode(Buffer.from([version, ...bytes])));
      }),
      { numRuns: 2000 },
    );
    fc.assert(
      fc.property(
        entry.chain((one) => damage(Uint8Array.from(encodePayload(one).payload))),
        (bytes) => readsOrRefuses(() => decodePayload(Buffer.from(bytes), layouts)),
      ),
      { numRuns: 200 },
    );
  });
});
