/** Marks of one generation; at 200 to 300 bytes each, two generations stay under 40 MB. */
const CAPACITY = 65_536;

/**
 * What is known to be stored already and need not be written again: rows of entities by minute. Marks are added only once their commit
 * resolved, so a failed commit leaves none behind. Holds two generations and forgets the older one when the newer is full;
 * what is forgotten is written once more, which changes nothing.
 */
export class WrittenMarks {
  private young = new Set<string>();
  private old = new Set<string>();

  constructor(private readonly capacity = CAPACITY) {}

  has(mark: string): boolean {
    return this.young.has(mark) || this.old.has(mark);
  }

  add(marks: Iterable<string>): void {
    for (const mark of marks) {
      if (this.young.size >= this.capacity) {
        this.old = this.young;
        this.young = new Set();
      }
      this.young.add(mark);
    }
  }

  get size(): number {
    return this.young.size + this.old.size;
  }
}
