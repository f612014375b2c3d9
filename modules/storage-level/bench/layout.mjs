// Metric rows, two layouts: a row per (scope, bucket, entity), against chunks of (scope, bucket, N entities) column by column.
// Usage: npx tsc -b modules/storage-level && node modules/storage-level/bench/layout.mjs
// The chunk codec is the product's; the row codec is the same encoding with one entity in it. CPU is that of the whole process.
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MetricDelta, mergeMetricState } from '@skein/telemetry/storage';
import { ClassicLevel } from 'classic-level';
import { ByteReader } from '../dist/bytes/byte-reader.js';
import { ByteWriter } from '../dist/bytes/byte-writer.js';
import { mergeChunk } from '../dist/metrics/chunk-merge.js';
import { findColumn } from '../dist/metrics/metric-chunk.js';
import { MetricRow, RowRoom } from '../dist/metrics/metric-rows.js';
import { readNumber, readTable, writeNumber, writeTable } from '../dist/metrics/number-codec.js';
import { RowLayouts } from '../dist/metrics/row-layout.js';

const ENTITIES = 5000;
const MINUTES = 60;
const COLUMNS = 10;
const TABLE_COLUMN = 9;
const RANKED = 3;
const FLUSHES_PER_MINUTE = 2;
const shape = (column) =>
  column === TABLE_COLUMN ? { slots: [], table: { key: 'int', width: 1, maxKeys: 100 } } : { slots: ['sum', 'sum'] };

const models = Array.from({ length: COLUMNS + 1 }, (_, column) => ({ kind: 'metric', name: `m${column}`, ...shape(column) }));
const layouts = new RowLayouts({ of: (model) => models.indexOf(model), model: (column) => models[column] });

let seed = 42;
const random = (n) => {
  seed = (Math.imul(seed, 1103515245) + 12345) >>> 0;
  return (seed >>> 8) % n;
};
const names = Array.from(
  { length: ENTITIES },
  (_, i) =>
    `${Buffer.from(`shop-service-${i % 200}`).toString('base64')}.1_${Buffer.from(`GET:/api/v1/resource-${i}/items`).toString('base64')}`,
);
const entityCells = () => ({
  columns: Array.from({ length: COLUMNS }, (_, i) => i + 1),
  states: Array.from({ length: COLUMNS }, (_, i) =>
    i + 1 === TABLE_COLUMN
      ? { slots: [], table: new Map(Array.from({ length: 8 }, () => [random(60), [1 + random(40)]])) }
      : { slots: [random(100_000), 1 + random(300)] },
  ),
});
const mergeEntity = (into, from) => {
  for (let i = 0; i < from.columns.length; i++) into.states[i] = mergeMetricState(shape(from.columns[i]), into.states[i], from.states[i]);
};

function encodeRow({ columns, states }) {
  const writer = new ByteWriter(512);
  const payload = new ByteWriter(256);
  writer.byte(1);
  for (let i = 0; i < columns.length; i++) {
    payload.clear();
    for (const value of states[i].slots) writeNumber(payload, value);
    if (states[i].table) writeTable(payload, states[i].table, 1);
    writer.varint(columns[i]);
    writer.bytes(payload.view());
  }
  return Buffer.from(writer.view());
}
const readCell = (reader, column) =>
  column === TABLE_COLUMN ? { slots: [], table: readTable(reader, 1) } : { slots: [readNumber(reader), readNumber(reader)] };
function decodeRow(bytes) {
  const reader = new ByteReader(bytes);
  reader.byte();
  const row = { columns: [], states: [] };
  while (!reader.done) {
    const column = reader.varint();
    reader.varint();
    row.columns.push(column);
    row.states.push(readCell(reader, column));
  }
  return row;
}
function findInRow(bytes, column) {
  const reader = new ByteReader(bytes);
  reader.byte();
  while (!reader.done) {
    const number = reader.varint();
    const size = reader.varint();
    if (number === column) return readCell(reader, column);
    reader.skip(size);
  }
  return undefined;
}

const BUFFERS = { keyEncoding: 'buffer', valueEncoding: 'buffer' };
const head = (minute) => {
  const key = Buffer.alloc(6);
  key.writeUInt32BE(minute, 0);
  return key;
};

const rows = (name, entityFirst) => {
  const key = (minute, entity) =>
    entityFirst ? Buffer.concat([Buffer.from(names[entity]), head(minute)]) : Buffer.concat([head(minute), Buffer.from(names[entity])]);
  return {
    name,
    async flush(db, minute, active) {
      const batch = db.batch();
      for (const [entity, cells] of active) {
        const k = key(minute, entity);
        const old = db.getSync(k, BUFFERS);
        const row = old ? decodeRow(old) : cells;
        if (old) mergeEntity(row, cells);
        batch.put(k, encodeRow(row), BUFFERS);
      }
      await batch.write();
    },
    async series(db, entity, from, count, columns) {
      const points = [];
      for (let m = from; m < from + count; m++) {
        const row = db.getSync(key(m, entity), BUFFERS);
        for (const c of columns) points.push(row && findInRow(row, c));
      }
      return points;
    },
    async rank(db, from, count) {
      const sums = new Map();
      const add = (id, cell) => {
        const value = Math.trunc(cell.slots[0] / cell.slots[1]);
        const total = sums.get(id);
        if (total) {
          total[0] += value;
          total[1]++;
        } else sums.set(id, [value, 1]);
      };
      if (entityFirst) {
        for (let e = 0; e < ENTITIES; e++) {
          for await (const value of db.values({ gte: key(from, e), lt: key(from + count, e), ...BUFFERS }))
            add(e, findInRow(value, RANKED));
        }
      } else {
        const iterator = db.iterator({ gte: head(from), lt: head(from + count), ...BUFFERS });
        for (let page = await iterator.nextv(1000); page.length > 0; page = await iterator.nextv(1000))
          for (const [k, v] of page) add(k.toString('latin1', 6), findInRow(v, RANKED));
        await iterator.close();
      }
      return top(sums);
    },
  };
};

const chunks = (size) => {
  const per = size / 64;
  // The product's chunk holds 64; wider ones are several of them in one value, to measure what width costs.
  const key = (minute, chunk) => {
    const k = head(minute);
    k.writeUInt16BE(chunk, 4);
    return k;
  };
  const join = (parts) => {
    const writer = new ByteWriter(16_384);
    for (const part of parts) writer.bytes(part);
    return Buffer.from(writer.view());
  };
  const split = (bytes) => {
    const reader = new ByteReader(bytes);
    return Array.from({ length: per }, () => reader.bytes());
  };
  const rowOf = ({ columns, states }, room) => {
    const delta = MetricDelta.of(
      '',
      '',
      0,
      columns.map((column, i) => [models[column], states[i]]),
    );
    const layout = layouts.find(delta.layout);
    const row = new MetricRow(layout, room);
    row.copy({ layout, slots: delta.slots, slotsAt: 0, tables: delta.tables, tablesAt: 0 });
    return row;
  };
  return {
    name: `column chunks of ${size}`,
    async flush(db, minute, active) {
      const batch = db.batch();
      const room = new RowRoom();
      const grouped = new Map();
      for (const [entity, cells] of active) {
        const c = Math.floor(entity / size);
        if (!grouped.has(c)) grouped.set(c, []);
        grouped.get(c).push([entity % size, cells]);
      }
      for (const [c, members] of grouped) {
        const old = db.getSync(key(minute, c), BUFFERS);
        const parts = old ? split(old) : new Array(per).fill(undefined);
        const added = Array.from({ length: per }, () => new Array(64).fill(undefined));
        for (const [place, cells] of members) added[Math.floor(place / 64)][place % 64] = rowOf(cells, room);
        batch.put(key(minute, c), join(parts.map((part, i) => mergeChunk(part, added[i]))), BUFFERS);
      }
      await batch.write();
    },
    async series(db, entity, from, count, columns) {
      const points = [];
      for (let m = from; m < from + count; m++) {
        const bytes = db.getSync(key(m, Math.floor(entity / size)), BUFFERS);
        const part = bytes && split(bytes)[Math.floor((entity % size) / 64)];
        for (const c of columns) {
          const column = part && findColumn(part, c);
          const i = column?.places.indexOf(entity % 64) ?? -1;
          points.push(i >= 0 ? column.state(i) : undefined);
        }
      }
      return points;
    },
    async rank(db, from, count) {
      const totals = new Float64Array(ENTITIES + size);
      const counts = new Float64Array(ENTITIES + size);
      const iterator = db.iterator({ gte: head(from), lt: head(from + count), ...BUFFERS });
      for (let page = await iterator.nextv(100); page.length > 0; page = await iterator.nextv(100)) {
        for (const [k, v] of page) {
          const first = k.readUInt16BE(4) * size;
          for (const [p, part] of split(v).entries()) {
            const column = findColumn(part, RANKED);
            if (!column) continue;
            for (const [i, place] of column.places.entries()) {
              const { slots } = column.state(i);
              totals[first + p * 64 + place] += Math.trunc(slots[0] / slots[1]);
              counts[first + p * 64 + place]++;
            }
          }
        }
      }
      await iterator.close();
      const sums = new Map();
      for (let e = 0; e < ENTITIES; e++) if (counts[e]) sums.set(e, [totals[e], counts[e]]);
      return top(sums);
    },
  };
};

const top = (sums) =>
  [...sums]
    .map(([id, [sum, n]]) => [id, sum / n])
    .sort((a, b) => b[1] - a[1])
    .slice(0, 10);

async function cpu(times, work) {
  await work();
  const start = process.cpuUsage();
  for (let i = 0; i < times; i++) await work();
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1000 / times;
}

async function sizeOf(path) {
  let bytes = 0;
  for (const file of await readdir(path)) bytes += (await stat(join(path, file))).size;
  return bytes;
}

async function measure(layout, activeShare) {
  const path = await mkdtemp(join(tmpdir(), 'skein-layout-'));
  const db = new ClassicLevel(path, { compression: false, keyEncoding: 'buffer', valueEncoding: 'buffer' });
  await db.open();
  seed = 42;
  const start = process.cpuUsage();
  let preparing = 0;
  for (let minute = 0; minute < MINUTES; minute++) {
    for (let flush = 0; flush < FLUSHES_PER_MINUTE; flush++) {
      const before = process.cpuUsage();
      const active = new Map();
      for (let e = 0; e < ENTITIES; e++) if (random(1000) < activeShare * 1000) active.set(e, entityCells());
      const used = process.cpuUsage(before);
      preparing += used.user + used.system;
      await layout.flush(db, minute, active);
    }
  }
  await db.compactRange(Buffer.from([0]), Buffer.from([255]));
  const total = process.cpuUsage(start);
  const write = (total.user + total.system - preparing) / 1000 / (MINUTES * FLUSHES_PER_MINUTE);
  const columns = Array.from({ length: COLUMNS }, (_, i) => i + 1);
  const series = await cpu(50, () => layout.series(db, random(ENTITIES), 0, 60, columns));
  const rank = await cpu(5, () => layout.rank(db, 10, 30));
  const bytes = await sizeOf(path);
  await db.close();
  await rm(path, { recursive: true });
  return {
    layout: layout.name,
    active: `${activeShare * 100} %`,
    'write ms/flush': write.toFixed(1),
    'series ms': series.toFixed(2),
    'top_n ms': rank.toFixed(1),
    'MB on disk': (bytes / 1e6).toFixed(1),
  };
}

const table = [];
for (const share of [1, 0.1])
  for (const layout of [rows('rows, bucket first', false), rows('rows, entity first', true), chunks(64), chunks(128), chunks(256)])
    table.push(await measure(layout, share));
console.table(table);
