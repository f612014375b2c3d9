import { FILE_HEADER, FRAME_HEADER_BYTES, fileName, readFrame, type Span } from './frame.js';
import { type JournalDirectory, listBases } from './journal-directory.js';

export interface ReplayReport {
  /** Entries handed on. */
  readonly entries: number;
  /** Bytes of the files that were read. */
  readonly bytes: number;
  /** Tails cut off at the first bad checksum. */
  readonly torn: number;
  /** Where the oldest file begins and the last good entry ends. */
  readonly oldest: number;
  readonly end: number;
}

export async function replayFiles(
  directory: JournalDirectory,
  from: number,
  visit: (payload: Buffer, span: Span) => Promise<void> | void,
): Promise<ReplayReport> {
  const bases = await listBases(directory);
  let entries = 0;
  let bytes = 0;
  let torn = 0;
  let end = bases[0] ?? from;
  for (const [i, base] of bases.entries()) {
    const next = bases[i + 1];
    if (next !== undefined && next <= from) continue;
    const file = await directory.read(fileName(base));
    // What lies behind the next file's beginning is left of a failed write.
    const limit = next === undefined ? file.length : Math.min(file.length, next - base);
    bytes += limit;
    let at = checkHeader(file, limit, fileName(base));
    while (at < limit) {
      const payload = readFrame(file, at, limit);
      if (payload === undefined) break;
      const span = { start: base + at, end: base + at + FRAME_HEADER_BYTES + payload.length };
      at = span.end - base;
      if (span.end <= from) continue;
      await visit(payload, span);
      entries++;
    }
    end = base + at;
    if (at < limit || (next !== undefined && limit < next - base)) torn++;
    if (at < file.length && next === undefined) await directory.truncate(fileName(base), at);
  }
  return { entries, bytes, torn, oldest: bases[0] ?? end, end };
}

/** Where the entries begin; 0 when not even the header was written whole. */
function checkHeader(file: Buffer, limit: number, name: string): number {
  const head = file.subarray(0, Math.min(FILE_HEADER.length, limit));
  const magic = FILE_HEADER.length - 1;
  if (
    head.length === FILE_HEADER.length &&
    head.subarray(0, magic).equals(FILE_HEADER.subarray(0, magic)) &&
    head[magic]! > FILE_HEADER[magic]!
  )
    throw new Error(`journal file ${name} has format ${head[magic]}, newer than this version of Skein can read; update Skein`);
  return head.equals(FILE_HEADER) ? FILE_HEADER.length : 0;
}
