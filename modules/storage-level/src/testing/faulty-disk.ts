import type { JournalDirectory, JournalFile } from '../journal/journal-directory.js';

type Operation = 'create' | 'write' | 'sync' | 'truncate' | 'remove';

/** A journal folder in memory whose operations fail when told so. A failed write leaves half of its bytes behind. */
export class FaultyDisk implements JournalDirectory {
  readonly files = new Map<string, Buffer>();
  readonly #failing = new Map<Operation, number>();

  /** The next `times` operations of this kind fail as on a full disk. */
  fail(operation: Operation, times = 1): void {
    this.#failing.set(operation, times);
  }

  async list(): Promise<readonly string[]> {
    return [...this.files.keys()];
  }

  async read(name: string): Promise<Buffer> {
    return Buffer.from(this.files.get(name)!);
  }

  async create(name: string): Promise<JournalFile> {
    this.#check('create');
    this.files.set(name, Buffer.alloc(0));
    return {
      write: async (bytes, position) => {
        const failing = this.#takes('write');
        this.#put(name, failing ? bytes.subarray(0, bytes.length / 2) : bytes, position);
        if (failing) throw full();
      },
      sync: async () => this.#check('sync'),
      truncate: (length) => this.truncate(name, length),
      close: async () => undefined,
    };
  }

  async truncate(name: string, length: number): Promise<void> {
    this.#check('truncate');
    this.files.set(name, this.files.get(name)!.subarray(0, length));
  }

  async remove(name: string): Promise<void> {
    this.#check('remove');
    this.files.delete(name);
  }

  async keep(name: string, bytes: Uint8Array): Promise<void> {
    this.files.set(name, Buffer.from(bytes));
  }

  #put(name: string, bytes: Uint8Array, position: number): void {
    const before = this.files.get(name)!;
    const after = Buffer.alloc(Math.max(before.length, position + bytes.length));
    before.copy(after);
    after.set(bytes, position);
    this.files.set(name, after);
  }

  #check(operation: Operation): void {
    if (this.#takes(operation)) throw full();
  }

  #takes(operation: Operation): boolean {
    const left = this.#failing.get(operation) ?? 0;
    if (left > 0) this.#failing.set(operation, left - 1);
    return left > 0;
  }
}

const full = (): Error => Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' });
