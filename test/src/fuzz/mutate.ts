/** Numbers that repeat: the same seed gives the same ones. After Mulberry32. */
export function randomNumbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), state | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Longest input, bytes: what mutation makes longer is cut. */
export const LONGEST_INPUT = 1 << 20;
const MOST_MUTATIONS = 6;
/** Bytes and words that decoders and parsers have met trouble with. */
const INTERESTING = [
  [0x00],
  [0x7f],
  [0x80],
  [0xff],
  [0xff, 0xff, 0xff, 0xff, 0x0f],
  [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01],
  [0xc0, 0x80],
  [0xed, 0xa0, 0x80],
  ...['"', '\\', '{', '[', '(((((((((((', '[[[[[[[[[[', '}', ')', '-', '1e999', 'NaN', '\n', '\u0000', '__proto__', '${', '/*', "'"].map(
    (text) => [...Buffer.from(text)],
  ),
];

/** An input that nobody meant: a seed with a few changes, two seeds in one, or, now and then, noise. */
export function mutate(seeds: readonly Uint8Array[], random: () => number): Uint8Array {
  const below = (n: number): number => Math.floor(random() * n);
  const pick = <T>(list: readonly T[]): T => list[below(list.length)]!;
  if (random() < 0.05) return Uint8Array.from({ length: below(200) }, () => below(256));
  let bytes = [...pick(seeds)];
  for (let i = below(MOST_MUTATIONS) + 1; i > 0; i--) {
    const at = below(bytes.length + 1);
    const length = 1 + below(Math.min(64, bytes.length + 1));
    switch (below(8)) {
      case 0:
        if (at < bytes.length) bytes[at]! ^= 1 << below(8);
        break;
      case 1:
        if (at < bytes.length) bytes[at] = below(256);
        break;
      case 2:
        bytes.splice(at, length);
        break;
      case 3:
        bytes.splice(at, 0, ...bytes.slice(at, at + length));
        break;
      case 4:
        bytes.splice(at, below(2) * length, ...pick(INTERESTING));
        break;
      case 5:
        bytes = bytes.slice(0, at);
        break;
      case 6: {
        const other = pick(seeds);
        bytes = [...bytes.slice(0, at), ...other.subarray(below(other.length + 1))];
        break;
      }
      default: {
        const part = bytes.slice(at, at + length);
        const times = below(200);
        for (let n = 0; n < times && bytes.length < LONGEST_INPUT; n++) bytes.splice(at, 0, ...part);
      }
    }
  }
  return Uint8Array.from(bytes.slice(0, LONGEST_INPUT));
}
