import type { LimitedReads, ReadOptions } from '@skein/query/contract';
import type { Range, Row } from '@skein/telemetry/storage';
import { StackModel } from './stack-models.js';

/** Which stacks, and how many in a page. */
export interface StackSearch {
  readonly schedules: readonly string[];
  readonly range: Range;
  readonly size: number;
}

/**
 * Stacks of some runs, latest first. A page ends with the time of its last row, which the next read asks for again and passes over what it
 * has: reading on by offset alone would cost more with each page.
 */
export async function* stackPages(
  reads: Pick<LimitedReads, 'records'>,
  { schedules, range, size }: StackSearch,
  o?: ReadOptions,
): AsyncGenerator<readonly Row[]> {
  const question = { model: StackModel, where: [['schedule', 'in', schedules]] as const, limit: size, body: true };
  let { to } = range;
  let offset = 0;
  for (;;) {
    const rows = await reads.records({ ...question, range: { from: range.from, to }, offset }, o);
    if (rows.length > 0) yield rows;
    if (rows.length < size) return;
    const last = Number(rows.at(-1)!.uploadTime);
    const same = rows.filter(({ uploadTime }) => uploadTime === last).length;
    offset = last + 1 === to ? offset + same : same;
    to = last + 1;
  }
}
