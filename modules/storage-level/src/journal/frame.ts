import { crc32 } from 'node:zlib';

/** Every file begins with this: `SKJ` and the version of the file format. */
export const FILE_HEADER = Buffer.from([0x53, 0x4b, 0x4a, 1]);
/** Length of the payload and checksum of length and payload, 32 bits each. */
export const FRAME_HEADER_BYTES = 8;
export const MAX_PAYLOAD_BYTES = 512 * 1024 * 1024;

/** Where an entry lies, in bytes from the beginning of the journal's life. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

const checksum = (payload: Uint8Array): number => crc32(payload, payload.byteLength);

export function writeFrame(target: Buffer, at: number, payload: Uint8Array): number {
  target.writeUInt32LE(payload.byteLength, at);
  target.writeUInt32LE(checksum(payload), at + 4);
  target.set(payload, at + FRAME_HEADER_BYTES);
  return at + FRAME_HEADER_BYTES + payload.byteLength;
}

/** Where the frame at `at` ends by its own words, or undefined where it cannot be one. */
export function frameEnd(file: Buffer, at: number, end: number): number | undefined {
  if (at + FRAME_HEADER_BYTES > end) return undefined;
  const length = file.readUInt32LE(at);
  if (length === 0 || length > MAX_PAYLOAD_BYTES || at + FRAME_HEADER_BYTES + length > end) return undefined;
  return at + FRAME_HEADER_BYTES + length;
}

/** The payload that begins at `at`, or undefined where the file is torn or damaged. */
export function readFrame(file: Buffer, at: number, end: number): Buffer | undefined {
  const next = frameEnd(file, at, end);
  if (next === undefined) return undefined;
  const payload = file.subarray(at + FRAME_HEADER_BYTES, next);
  return checksum(payload) === file.readUInt32LE(at + 4) ? payload : undefined;
}

/**
 * A file is named after the position of its first byte in the whole journal. So the name of the next file says where this one ends,
 * even when bytes of a failed write lie behind that end.
 */
export const fileName = (base: number): string => `${String(base).padStart(16, '0')}.journal`;

export function fileBase(name: string): number | undefined {
  const match = /^(\d{16})\.journal$/.exec(name);
  return match ? Number(match[1]) : undefined;
}
