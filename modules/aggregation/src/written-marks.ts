/** Memory of one generation, about: a mark is one byte a character, and what the engine adds to each. */
const CAPACITY = 16 * 1024 * 1024;
const OVERHEAD = 64;

/**
 * What is known to be stored already and need not be written again: rows of entities that came as updates, by minute and content. Rows of
 * sources have their marks on the tracks. Marks are added only once their commit resolved, so a failed commit leaves none behind. Holds two
 * generations and forgets the older one when the newer is full; what is forgotten is written once more, which changes nothing.
 */
export class WrittenMarks {
  private young = new Set<string>();
  private old = new Set<string>();
  private bytes = 0;

  /** `capacity`: bytes of one of the two generations. */
  constructor(private readonly capacity = CAPACITY) {}

  has(mark: string): boolean {
    return this.young.has(mark) || this.old.has(mark);
  }

  add(marks: Iterable<string>): void {
    for (const mark of marks) {
      if (this.young.has(mark)) continue;
      if (this.bytes >= this.capacity) {
        this.old = this.young;
        this.young = new Set();
        this.bytes = 0;
      }
      this.young.add(mark);
      this.bytes += mark.length + OVERHEAD;
    }
  }

  get size(): number {
    return this.young.size + this.old.size;
  }
}
