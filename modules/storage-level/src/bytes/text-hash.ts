/** Two 32-bit halves of a hash of text; together 64 bits. A match is always verified on the row, so collisions cost time only. */
export interface TextHash {
  readonly high: number;
  readonly low: number;
}

/** FNV-1a over UTF-16 units, twice with different start and multiplier, then mixed. Stored in keys: must never change. */
export function hashText(text: string): TextHash {
  let a = 0x811c9dc5;
  let b = 0x9e3779b9;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    a = Math.imul(a ^ code, 0x01000193);
    b = Math.imul(b ^ code, 0x85ebca6b) + 0x27d4eb2f;
  }
  return { high: mix(a ^ text.length), low: mix(b) };
}

function mix(value: number): number {
  let h = value ^ (value >>> 16);
  h = Math.imul(h, 0x85ebca6b);
  h ^= h >>> 13;
  h = Math.imul(h, 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}
