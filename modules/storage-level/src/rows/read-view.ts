import type { Database, Snapshot } from '../level/database.js';
import type { RowMemory } from './row-memory.js';

/**
 * What a read of rows sees: LevelDB as it was when the last flush ended, and everything in memory since. So a flush that happens
 * in the middle of a read changes nothing for it. The snapshot is closed when the last reader has left.
 */
export class ReadView {
  readonly snapshot: Snapshot;
  /** Oldest first; the last one still grows. */
  readonly memories: readonly RowMemory[];
  readonly #release: () => Promise<void>;
  #users = 1;

  private constructor(snapshot: Snapshot, memories: readonly RowMemory[], release: () => Promise<void>) {
    this.snapshot = snapshot;
    this.memories = memories;
    this.#release = release;
  }

  static take(database: Database, memories: readonly RowMemory[]): ReadView {
    const snapshot = database.snapshot();
    return new ReadView(snapshot, memories, () => snapshot.close());
  }

  /** The same snapshot with another memory, instead of this view: who uses this one may go on. */
  replacedWith(memory: RowMemory): ReadView {
    // The owner's place here goes to the new view.
    return new ReadView(this.snapshot, [...this.memories, memory], () => this.leave());
  }

  enter(): this {
    this.#users++;
    return this;
  }

  async leave(): Promise<void> {
    if (--this.#users === 0) await this.#release();
  }
}
