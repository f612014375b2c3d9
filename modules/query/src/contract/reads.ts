import { createToken } from '@skein/core';
import type { Row, Storage } from '@skein/telemetry/storage';
import type { Page, ReadOptions } from './common.js';

/** What the storage's verb is asked. */
type Question<K extends 'records' | 'group' | 'entities'> = Parameters<Storage[K]>[0];

/**
 * Reads of the storage for modules that bring models and queries of their own: under the deadline of the query module, and with every cut counted
 * and told to {@link ReadOptions.onCut}, or thrown as IncompleteError where nobody listens.
 */
export interface LimitedReads {
  records(question: Question<'records'>, options?: ReadOptions): Promise<readonly Row[]>;
  /** At most `limit` rows; that there are more is a cut. */
  group(question: Question<'group'>, options?: ReadOptions): Promise<readonly Row[]>;
  entities(question: Question<'entities'>, options?: ReadOptions): Promise<ReadonlyArray<Row & { readonly id: string }>>;
  /** All of them, as far as the setting `maxRows` goes; that there are more is a cut. */
  allEntities(question: Omit<Question<'entities'>, 'limit'>, options?: ReadOptions): Promise<ReadonlyArray<Row & { readonly id: string }>>;
  /** Offset and limit of a page. Throws QueryError when it is out of bounds. */
  page(page: Page): { readonly offset: number; readonly limit: number };
}
/** Provided by query. */
export const LimitedReadsToken = createToken<LimitedReads>('limited-reads');
