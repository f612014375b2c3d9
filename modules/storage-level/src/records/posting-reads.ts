import type { TextHash } from '../bytes/text-hash.js';
import { type Database, pages } from '../level/database.js';
import { type KeyRange, postingKey, postingPageKey, sequenceOf } from '../level/keys.js';
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
  const alone = (sequence: number): Buffer => postingKey(partition, model, field, hash, sequence);
  const inPage = (sequence: number): Buffer => postingPageKey(partition, model, field, pageOf(hash.high), sequence);
  const readAlone = readRange(database, { gte: alone(from), lt: alone(until) }, budget, decodePosting);
  if (field === ALL) return readAlone;
  const readPages = readRange(database, { gte: inPage(from), lt: inPage(until) }, budget, (page) => findInPage(page, hash));
  // At the same time: each waits for the disk, and for the event loop.
  const [some, others] = await Promise.all([readAlone, readPages]);
  if (others.length === 0) return some;
  // A flush has the postings of a field in pages or alone, so both lists take turns.
  return some.length === 0 ? others : [...some, ...others].sort(([a], [b]) => a - b);
}

async function readRange(
  database: Database,
  range: KeyRange,
  budget: Budget,
  postingIn: (value: Buffer) => Posting | undefined,
): Promise<[number, Posting][]> {
  const read: [number, Posting][] = [];
  for await (const page of pages(database, range)) {
    for (const [key, value] of page) {
      const posting = postingIn(value);
      if (posting !== undefined) read.push([sequenceOf(key), posting]);
    }
    if (!(await budget.spend(page.length))) break;
  }
  return read;
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
