import { type DataDirectory, openDataDirectory } from '../level/data-directory.js';
import type { FaultyDisk } from './faulty-disk.js';

/** A data directory whose LevelDB writes can be held or made to fail, and whose journal can be on a disk that fails. */
export class GatedDirectory {
  readonly journal: FaultyDisk | undefined;
  #held: Promise<void> = Promise.resolve();
  #release: () => void = () => undefined;
  #failures = 0;
  /** What a test wants to happen once, after the next page was read and before the next compaction. */
  afterPage: (() => Promise<void>) | undefined;
  beforeCompaction: (() => Promise<void>) | undefined;

  constructor(o: { readonly journal?: FaultyDisk } = {}) {
    this.journal = o.journal;
  }

  /** Holds all writes from now on until {@link release}. */
  hold(): void {
    this.#held = new Promise((resolve) => {
      this.#release = resolve;
    });
  }

  release(): void {
    this.#release();
  }

  failWrites(count: number): void {
    this.#failures = count;
  }

  readonly open = async (path: string): Promise<DataDirectory> => {
    const directory = await openDataDirectory(path);
    const { database } = directory;
    const makeBatch = database.batch.bind(database) as () => ReturnType<typeof database.batch>;
    const compactRange = database.compactRange.bind(database);
    const makeIterator = database.iterator.bind(database) as (o: object) => ReturnType<typeof database.iterator>;
    Object.assign(database, {
      compactRange: async (from: Buffer, to: Buffer) => {
        await this.#happen('beforeCompaction');
        await compactRange(from, to);
      },
      iterator: (o: object) => {
        const iterator = makeIterator(o);
        const nextv = iterator.nextv.bind(iterator);
        return Object.assign(iterator, {
          nextv: async (size: number) => {
            const page = await nextv(size);
            if (page.length > 0) await this.#happen('afterPage');
            return page;
          },
        });
      },
      batch: () => {
        const batch = makeBatch();
        const write = batch.write.bind(batch);
        batch.write = async (o: { readonly sync?: boolean | undefined } = {}) => {
          await this.#held;
          if (this.#failures > 0) {
            this.#failures--;
            throw new Error('no space left on device');
          }
          return write(o);
        };
        return batch;
      },
    });
    return { ...directory, ...(this.journal && { journal: this.journal }) };
  };

  async #happen(what: 'afterPage' | 'beforeCompaction'): Promise<void> {
    const happen = this[what];
    this[what] = undefined;
    await happen?.();
  }
}
