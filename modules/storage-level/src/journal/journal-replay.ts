import { FILE_HEADER, FRAME_HEADER_BYTES, fileName, frameEnd, readFrame, type Span } from './frame.js';
import { type JournalDirectory, listBases } from './journal-directory.js';
import { nextFrame } from './next-frame.js';

export interface ReplayReport {
  /** Entries handed on. */
  readonly entries: number;
  /** Bytes of the files that were read. */
  readonly bytes: number;
  /** Tails cut off, behind which no whole entry was: writes that nobody acknowledged. */
  readonly torn: number;
  /** Files in which acknowledged entries are damaged; those behind the damage are handed on. */
  readonly damages: readonly Damage[];
  /** Where the oldest file begins and the last good entry ends. */
  readonly oldest: number;
  readonly end: number;
}

interface Damage {
  /** Of the journal file. */
  readonly name: string;
  /** Bytes in which acknowledged entries were. */
  readonly bytes: number;
  /** The file with a copy from the first damaged byte on. */
  readonly copy: string;
}

type Visit = (payload: Buffer, span: Span) => Promise<void> | void;

/** Reads the files from the position `from` on. @throws Error when the disk fails, or a file is of a newer format */
export async function replayFiles(directory: JournalDirectory, from: number, visit: Visit): Promise<ReplayReport> {
  const bases = await listBases(directory);
  const damages: Damage[] = [];
  let entries = 0;
  let bytes = 0;
  let torn = 0;
  let end = bases[0] ?? from;
  for (const [i, base] of bases.entries()) {
    const next = bases[i + 1];
    if (next !== undefined && next <= from) continue;
    const name = fileName(base);
    const file = await directory.read(name);
    // What lies behind the next file's beginning is left of a failed write.
    const limit = next === undefined ? file.length : Math.min(file.length, next - base);
    const read = await replayFile(file.subarray(0, limit), { name, base, from }, visit);
    bytes += limit;
    entries += read.entries;
    end = base + read.end;
    // Where another file begins, everything before was acknowledged; where none does, what is not whole was not.
    const missing = next === undefined ? 0 : Math.max(0, next - Math.max(end, from));
    const lost = read.lost + missing;
    if (lost > 0) {
      const copy = `${name}.damaged`;
      await directory.keep(copy, file.subarray(read.damagedAt ?? read.end, limit));
      damages.push({ name, bytes: lost, copy });
    }
    if (next === undefined && read.end < limit) {
      torn++;
      await directory.truncate(name, read.end);
    }
  }
  return { entries, bytes, torn, damages, oldest: bases[0] ?? end, end };
}

/** What one file gave: its entries, where the last whole one ends, and what is damaged before that. */
interface FileReport {
  entries: number;
  end: number;
  lost: number;
  damagedAt: number | undefined;
}

async function replayFile(
  file: Buffer,
  { name, base, from }: { readonly name: string; readonly base: number; readonly from: number },
  visit: Visit,
): Promise<FileReport> {
  const limit = file.length;
  const report: FileReport = { entries: 0, end: checkHeader(file, limit, name), lost: 0, damagedAt: undefined };
  while (report.end < limit) {
    const at = report.end;
    const payload = readFrame(file, at, limit);
    if (payload === undefined) {
      const next = nextFrame(file, at, limit, [FILE_HEADER.length, frameEnd(file, at, limit), from - base]);
      if (next === undefined) break;
      report.end = next;
      // What was flushed before is not lost.
      const lost = base + next - Math.max(base + at, from);
      if (lost <= 0) continue;
      report.lost += lost;
      report.damagedAt ??= at;
      continue;
    }
    const span = { start: base + at, end: base + at + FRAME_HEADER_BYTES + payload.length };
    report.end = span.end - base;
    if (span.end <= from) continue;
    await visit(payload, span);
    report.entries++;
  }
  return report;
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
