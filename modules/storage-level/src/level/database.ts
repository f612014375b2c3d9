import { ClassicLevel } from 'classic-level';
import type { KeyRange } from './keys.js';
import { Pacer } from './pacer.js';

export type Database = ClassicLevel<Buffer, Buffer>;
export type DatabaseBatch = ReturnType<Database['batch']>;
export type Snapshot = ReturnType<Database['snapshot']>;

/** Opens LevelDB without its own compression: blocks come compressed, and metric chunks are packed. */
export async function openDatabase(path: string): Promise<Database> {
  const database: Database = new ClassicLevel(path, {
    keyEncoding: 'buffer',
    valueEncoding: 'buffer',
    compression: false,
    cacheSize: 32 * 1024 * 1024,
    writeBufferSize: 8 * 1024 * 1024,
    maxFileSize: 8 * 1024 * 1024,
    blockSize: 8 * 1024,
  });
  await database.open();
  return database;
}

const PAGE = 256;

/** Pages of entries of a range, in order; `reverse` from its end. */
export async function* pages(
  database: Database,
  range: KeyRange,
  o: { readonly snapshot?: Snapshot | undefined; readonly page?: number; readonly reverse?: boolean } = {},
): AsyncGenerator<[Buffer, Buffer][]> {
  const iterator = database.iterator({
    ...range,
    ...(o.snapshot && { snapshot: o.snapshot }),
    reverse: o.reverse ?? false,
    highWaterMarkBytes: 1024 * 1024,
  });
  try {
    for (;;) {
      const page = await iterator.nextv(o.page ?? PAGE);
      if (page.length === 0) return;
      yield page;
    }
  } finally {
    await iterator.close();
  }
}

const SLICE = 2000;

/** Deletes a range in slices with pauses in between; ends early once `stopped`. Returns its size in bytes before. The space comes back with a compaction. */
export async function deleteRange(database: Database, range: KeyRange, stopped: () => boolean): Promise<number> {
  const bytes = await database.approximateSize(range.gte, range.lt);
  const pacer = new Pacer();
  while (!stopped()) {
    const keys = await database.keys({ ...range, limit: SLICE }).all();
    if (keys.length === 0) break;
    const batch = database.batch();
    for (const key of keys) batch.del(key);
    await batch.write();
    await pacer.pause();
  }
  return bytes;
}
