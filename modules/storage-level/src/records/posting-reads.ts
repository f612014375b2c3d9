import type { TextHash } from '../bytes/text-hash.js';
import { type Database, pages } from '../level/database.js';
import { postingKey, postingPageKey, sequenceOf } from '../level/keys.js';
import type { Budget } from '../level/pacer.js';
import { decodePosting, type Posting } from './posting-codec.js';
import { findInPage, pageOf } from './posting-page.js';
import { ALL } from './record-index.js';

/** What is looked for, in flushes whose first sequence is at least `from` and below `until`. */
export interface PostingRange {
  readonly partition: number;
  readonly model: string;
  readonly field: string;
  readonly hash: TextHash;
  readonly from: number;
  readonly until: number;
}

/** The postings of one value with the first sequences of their flushes, ascending; fewer when the budget is spent. */
export async function readPostings(database: Database, range: PostingRange, budget: Budget): Promise<[number, Posting][]> {
  const { partition, model, field, hash, from, until } = range;
  const read: [number, Posting][] = [];
  const alone = (sequence: number): Buffer => postingKey(partition, model, field, hash, sequence);
  for await (const page of pages(database, { gte: alone(from), lt: alone(until) })) {
    for (const [key, value] of page) read.push([sequenceOf(key), decodePosting(value)]);
    if (!(await budget.spend(page.length))) return read;
  }
  if (field === ALL) return read;
  const count = read.length;
  const inPage = (sequence: number): Buffer => postingPageKey(partition, model, field, pageOf(hash.high), sequence);
  for await (const page of pages(database, { gte: inPage(from), lt: inPage(until) })) {
    for (const [key, value] of page) {
      const posting = findInPage(value, hash);
      if (posting !== undefined) read.push([sequenceOf(key), posting]);
    }
    if (!(await budget.spend(page.length))) break;
  }
  // A flush has the postings of a field in pages or alone, so both lists take turns.
  return count === 0 || count === read.length ? read : read.sort(([a], [b]) => a - b);
}

/** The posting of a value in the flush whose first sequence this is; undefined when it has none. */
export function readPosting(
  database: Database,
  { partition, model, field, hash }: Omit<PostingRange, 'from' | 'until'>,
  sequence: number,
): Posting | undefined {
  const alone = database.getSync(postingKey(partition, model, field, hash, sequence));
  if (alone !== undefined) return decodePosting(alone);
  if (field === ALL) return undefined;
  const page = database.getSync(postingPageKey(partition, model, field, pageOf(hash.high), sequence));
  return page && findInPage(page, hash);
}
