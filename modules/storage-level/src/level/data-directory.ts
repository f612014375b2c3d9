import { access, constants, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type JournalDirectory, openJournalDirectory } from '../journal/journal-directory.js';
import { type Database, openDatabase } from './database.js';
import { metaKey } from './keys.js';

/** Version of everything below the data directory. A newer one is refused; an older one is migrated when there is one. */
export const FORMAT = 1;
const FORMAT_KEY = metaKey('format');
const PID_FILE = 'skein.pid';

/** The data directory cannot be used; the message says why and, where it can, what to do. */
export class DataDirectoryError extends Error {
  override readonly name = 'DataDirectoryError';
}

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

async function makeWritable(path: string): Promise<void> {
  try {
    await mkdir(path, { recursive: true });
    await access(path, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code;
    if (code === 'EEXIST' || code === 'ENOTDIR') throw new DataDirectoryError(`data directory ${path} is not a directory`, { cause });
    throw new DataDirectoryError(`data directory ${path} is not writable by this user (${code ?? 'unknown error'})`, { cause });
  }
}

async function lock(path: string): Promise<Database> {
  try {
    return await openDatabase(join(path, 'level'));
  } catch (error) {
    const cause = (error as Error).cause as (Error & { code?: string }) | undefined;
    if (cause?.code === 'LEVEL_LOCKED')
      throw new DataDirectoryError(`data directory ${path} is in use by ${await holder(path)}`, { cause });
    if (cause?.code === 'LEVEL_CORRUPTION') throw new DataDirectoryError(`data directory ${path} is damaged: ${cause.message}`, { cause });
    throw new DataDirectoryError(`data directory ${path} cannot be opened: ${cause?.message ?? (error as Error).message}`, {
      cause: error,
    });
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
      `data directory ${path} has format ${format}, written by a newer Skein; this version reads up to ${FORMAT}: update Skein or use another directory`,
    );
}
