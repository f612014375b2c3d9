import { randomFillSync } from 'node:crypto';

const BYTES = 16;
const POOL = 512 * BYTES;

/** Ids of 32 random hexadecimal digits. Random bytes are drawn by the thousand: drawing 16 costs more than all else about an id. */
export class RandomIds {
  private readonly pool = Buffer.alloc(POOL);
  private at = POOL;

  next(): string {
    if (this.at === POOL) {
      randomFillSync(this.pool);
      this.at = 0;
    }
    this.at += BYTES;
    return this.pool.toString('hex', this.at - BYTES, this.at);
  }
}
