import { FRAME_HEADER_BYTES, frameEnd, readFrame } from './frame.js';

/** Bytes whose checksums one search computes at most: less than a second. */
const MAX_CHECKED_BYTES = 512 * 1024 * 1024;

/**
 * Where a whole entry begins behind the damaged bytes at `at`; undefined when there is none, which is what a torn tail looks like.
 * `likely` places are looked at first. Then any place counts whose checksum holds, and before all others those that an entry follows.
 */
export function nextFrame(file: Buffer, at: number, limit: number, likely: readonly (number | undefined)[]): number | undefined {
  const found = likely.find((place) => place !== undefined && place > at && readFrame(file, place, limit) !== undefined);
  return found ?? search(file, at + 1, limit, true) ?? search(file, at + 1, limit, false);
}

/** `followed`: skips places that neither the end nor the beginning of an entry follows, nearly all of which are chance. */
function search(file: Buffer, from: number, limit: number, followed: boolean): number | undefined {
  let left = MAX_CHECKED_BYTES;
  for (let at = from; at + FRAME_HEADER_BYTES < limit; at++) {
    const end = frameEnd(file, at, limit);
    if (end === undefined || (followed && end !== limit && frameEnd(file, end, limit) === undefined)) continue;
    left -= end - at;
    if (left < 0) return undefined;
    if (readFrame(file, at, limit) !== undefined) return at;
  }
  return undefined;
}
