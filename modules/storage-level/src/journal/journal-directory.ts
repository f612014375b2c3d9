import { type FileHandle, mkdir, open, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileBase } from './frame.js';

/** A file that is being appended to. */
export interface JournalFile {
  /** Writes all of it or rejects. */
  write(bytes: Uint8Array, position: number): Promise<void>;
  /** Resolves once everything written survives a power loss. */
  sync(): Promise<void>;
  truncate(length: number): Promise<void>;
  close(): Promise<void>;
}

/** What the journal needs of a file system; tests put failing disks here. */
export interface JournalDirectory {
  list(): Promise<readonly string[]>;
  read(name: string): Promise<Buffer>;
  /** An empty file; what was there under this name is gone. */
  create(name: string): Promise<JournalFile>;
  truncate(name: string, length: number): Promise<void>;
  remove(name: string): Promise<void>;
  /** Puts bytes aside in a file that the journal never reads; one of the same name is replaced. */
  keep(name: string, bytes: Uint8Array): Promise<void>;
}

/** Positions at which files begin, in order; other files in the folder are left alone. */
export async function listBases(directory: JournalDirectory): Promise<number[]> {
  const bases = (await directory.list()).map(fileBase).filter((base) => base !== undefined);
  return bases.sort((a, b) => a - b);
}

/** The journal's folder on disk; made when it is missing. */
export async function openJournalDirectory(path: string): Promise<JournalDirectory> {
  await mkdir(path, { recursive: true });
  return {
    list: () => readdir(path),
    read: (name) => readFile(join(path, name)),
    truncate: (name, length) => truncate(join(path, name), length),
    remove: (name) => rm(join(path, name), { force: true }),
    keep: (name, bytes) => writeFile(join(path, name), bytes),
    async create(name) {
      const handle = await open(join(path, name), 'w');
      try {
        // The name itself must survive a power loss too.
        await syncDirectory(path);
      } catch (error) {
        await handle.close();
        throw error;
      }
      return new DiskFile(handle);
    },
  };
}

async function syncDirectory(path: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

class DiskFile implements JournalFile {
  readonly #handle: FileHandle;

  constructor(handle: FileHandle) {
    this.#handle = handle;
  }

  async write(bytes: Uint8Array, position: number): Promise<void> {
    let done = 0;
    while (done < bytes.byteLength) {
      const { bytesWritten } = await this.#handle.write(bytes, done, bytes.byteLength - done, position + done);
      if (bytesWritten === 0) throw new Error('the file took no more bytes');
      done += bytesWritten;
    }
  }

  sync(): Promise<void> {
    return this.#handle.datasync();
  }

  truncate(length: number): Promise<void> {
    return this.#handle.truncate(length);
  }

  close(): Promise<void> {
    return this.#handle.close();
  }
}
