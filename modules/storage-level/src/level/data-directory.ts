import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type JournalDirectory, openJournalDirectory } from '../journal/journal-directory.js';
import { DataDirectoryError, OTHER_PATH } from './data-directory-error.js';
import { type Database, openDatabase } from './database.js';
import { metaKey } from './keys.js';
import { makeWritable } from './make-writable.js';

/** Version of everything below the data directory. A newer one is refused; an older one is migrated when there is one. */
export const FORMAT = 1;
const FORMAT_KEY = metaKey('format');
const PID_FILE = 'skein.pid';

/** An opened data directory: nobody else can open it until it is closed. */
export interface DataDirectory {
  readonly database: Database;
  readonly journal: JournalDirectory;
  close(): Promise<void>;
}

/** Opens the directory, makes it when it is missing. @throws DataDirectoryError */
export async function openDataDirectory(path: string): Promise<DataDirectory> {
  await makeWritable(path);
  const database = await lock(path);
  try {
    await checkFormat(path, database);
    await writeFile(join(path, PID_FILE), `${process.pid}\n`);
    const journal = await openJournalDirectory(join(path, 'journal'));
    return {
      database,
      journal,
      async close() {
        await rm(join(path, PID_FILE), { force: true });
        await database.close();
      },
    };
  } catch (error) {
    await database.close();
    throw error;
  }
}

async function lock(path: string): Promise<Database> {
  try {
    return await openDatabase(join(path, 'level'));
  } catch (error) {
    const cause = (error as Error).cause as (Error & { code?: string }) | undefined;
    if (cause?.code === 'LEVEL_LOCKED') {
      throw new DataDirectoryError(`data directory ${path} is in use by ${await holder(path)}`, `stop it, or ${OTHER_PATH}`, { cause });
    }
    if (cause?.code === 'LEVEL_CORRUPTION') {
      const fix = `put a backup in its place, or ${OTHER_PATH}`;
      throw new DataDirectoryError(`data directory ${path} is damaged: ${cause.message}`, fix, { cause });
    }
    const reason = cause?.message ?? (error as Error).message;
    throw new DataDirectoryError(`data directory ${path} cannot be opened: ${reason}`, `mend that, or ${OTHER_PATH}`, { cause: error });
  }
}

async function holder(path: string): Promise<string> {
  const text = await readFile(join(path, PID_FILE), 'utf8').catch(() => '');
  return /^\d+\s*$/.test(text) ? `process ${text.trim()}` : 'another process';
}

async function checkFormat(path: string, database: Database): Promise<void> {
  const stored = database.getSync(FORMAT_KEY);
  if (stored === undefined) {
    const batch = database.batch();
    batch.put(FORMAT_KEY, Buffer.from(String(FORMAT)));
    await batch.write({ sync: true });
    return;
  }
  const format = Number(stored.toString('utf8'));
  if (format > FORMAT)
    throw new DataDirectoryError(
      `data directory ${path} has format ${format}, written by a newer Skein; this version reads up to ${FORMAT}`,
      `update Skein, or ${OTHER_PATH}`,
    );
}
