/** Two 32-bit halves of a hash of text; together 64 bits. A match is always verified on the row, so collisions cost time only. */
export interface TextHash {
  readonly high: number;
  readonly low: number;
}

const START_HIGH = 0x811c9dc5;
const START_LOW = 0x9e3779b9;

/** FNV-1a over UTF-16 units, twice with different start and multiplier, then mixed. Stored in keys: must never change. */
export function hashText(text: string): TextHash {
  return hashFrom(START_HIGH, START_LOW, 0, text);
}

/** Hashes texts that begin alike: what they begin with is hashed once. */
export class PrefixHash {
  readonly #high: number;
  readonly #low: number;
  readonly #length: number;

  constructor(prefix: string) {
    let high = START_HIGH;
    let low = START_LOW;
    for (let i = 0; i < prefix.length; i++) {
      high = stepHigh(high, prefix.charCodeAt(i));
      low = stepLow(low, prefix.charCodeAt(i));
    }
    this.#high = high;
    this.#low = low;
    this.#length = prefix.length;
  }

  /** As `hashText` of prefix and text. */
  hash(text: string): TextHash {
    return hashFrom(this.#high, this.#low, this.#length, text);
  }
}

function hashFrom(startHigh: number, startLow: number, before: number, text: string): TextHash {
  let high = startHigh;
  let low = startLow;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    high = stepHigh(high, code);
    low = stepLow(low, code);
  }
  return { high: mix(high ^ (before + text.length)), low: mix(low) };
}

const stepHigh = (hash: number, code: number): number => Math.imul(hash ^ code, 0x01000193);
const stepLow = (hash: number, code: number): number => (Math.imul(hash ^ code, 0x85ebca6b) + 0x27d4eb2f) | 0;

function mix(value: number): number {
  let h = value ^ (value >>> 16);
  h = Math.imul(h, 0x85ebca6b);
  h ^= h >>> 13;
  h = Math.imul(h, 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}
