import type { Row } from '@skein/telemetry/storage';
import { PrefixHash, type TextHash } from '../bytes/text-hash.js';

/** 64-bit hashes of ids of records, the upper half of each before the lower half; none is 0. */
export type IdHashes = readonly number[];

/** Hashes the ids of one model. */
export class IdHasher {
  readonly #prefix: PrefixHash;

  constructor(model: string) {
    this.#prefix = new PrefixHash(`${model}\0`);
  }

  hash(id: string): TextHash {
    const hash = this.#prefix.hash(id);
    return hash.high === 0 && hash.low === 0 ? { high: 1, low: 0 } : hash;
  }
}

/** The hashes of those rows that have an id. `field`: undefined where the model has none. */
export function hashIds(model: string, field: string | undefined, rows: readonly Row[]): IdHashes {
  const hashes: number[] = [];
  if (field === undefined) return hashes;
  const hasher = new IdHasher(model);
  for (const row of rows) {
    const id = row[field];
    if (typeof id !== 'string') continue;
    const { high, low } = hasher.hash(id);
    hashes.push(high, low);
  }
  return hashes;
}

/** 8 bytes each. */
export function encodeIds(lists: readonly IdHashes[]): Buffer {
  const bytes = Buffer.allocUnsafe(lists.reduce((sum, { length }) => sum + length * 4, 0));
  let at = 0;
  for (const list of lists) for (const half of list) at = bytes.writeUInt32BE(half, at);
  return bytes;
}
