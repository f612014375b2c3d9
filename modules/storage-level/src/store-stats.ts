import type { Storage } from '@skein/telemetry/storage';
import { blockRange, entityRange, type KeyRange, Kind, kindRange, postingRange } from './level/keys.js';
import type { Store } from './store.js';

type Stats = Awaited<ReturnType<Storage['stats']>>;

const sizeOf = (store: Store, { gte, lt }: KeyRange): Promise<number> => store.directory.database.approximateSize(gte, lt);

/** Rows and bytes by model. Bytes are those of LevelDB's files, so what was written last may be missing. */
export async function storeStats(store: Store): Promise<Stats> {
  const stats: Stats[number][] = [];
  for (const { name } of store.models.records) {
    let bytes = 0;
    for (const partition of store.records.hours.partitions(name)) {
      bytes += (await sizeOf(store, blockRange(partition, name))) + (await sizeOf(store, postingRange(partition, name)));
    }
    stats.push({ model: name, rows: store.records.hours.rows(name) + store.records.rowsInMemory(name), bytes });
  }
  for (const { name } of store.models.entities) {
    const range = entityRange(name);
    let rows = 0;
    for await (const _key of store.directory.database.keys(range)) rows++;
    stats.push({ model: name, rows, bytes: await sizeOf(store, range) });
  }
  stats.push({
    model: 'metrics',
    rows: await countKeys(store, kindRange(Kind.metric)),
    bytes: await sizeOf(store, kindRange(Kind.metric)),
  });
  return stats;
}

async function countKeys(store: Store, range: KeyRange): Promise<number> {
  let count = 0;
  for await (const _key of store.directory.database.keys(range)) count++;
  return count;
}

/** Bytes of everything that is in LevelDB's files. */
export const databaseBytes = (store: Store): Promise<number> =>
  store.directory.database.approximateSize(Buffer.from([0]), Buffer.from([255]));
