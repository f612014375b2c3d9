import type { RecordBlock } from './block-codec.js';

/** Unpacked blocks by sequence, the least recently used leave first. */
export class BlockCache {
  readonly #blocks = new Map<number, RecordBlock>();
  readonly #maxBytes: number;
  #bytes = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  get(sequence: number): RecordBlock | undefined {
    const block = this.#blocks.get(sequence);
    if (block === undefined) return undefined;
    this.#blocks.delete(sequence);
    this.#blocks.set(sequence, block);
    return block;
  }

  set(sequence: number, block: RecordBlock): void {
    if (this.#blocks.has(sequence)) return;
    this.#blocks.set(sequence, block);
    this.#bytes += block.rows.bytes;
    for (const [oldest, { rows }] of this.#blocks) {
      if (this.#bytes <= this.#maxBytes) return;
      this.#blocks.delete(oldest);
      this.#bytes -= rows.bytes;
    }
  }
}
