/** A read that gave less than everything. */
export interface Cut {
  /** What was read: a model, a list or a metric. */
  readonly what: string;
  /** Which limit ended it, and what helps, in words for whoever sent the query. */
  readonly limit: string;
}

/** Every read ends within the module's deadline; the signal ends it earlier. */
export interface ReadOptions {
  readonly signal?: AbortSignal;
  /**
   * Told of every cut: the deadline or a limit ended a read, and what comes back is only part of it, perhaps nothing. Without it such a
   * read rejects with an {@link IncompleteError}, so that nobody takes a part for the whole.
   */
  readonly onCut?: (cut: Cut) => void;
}

/** Something wrong with a query that whoever sent it can mend. The message says what, and holds nothing secret. */
export class QueryError extends Error {
  override readonly name: string = 'QueryError';
}

/** The answer would be incomplete, and the caller did not ask to be told of it otherwise. */
export class IncompleteError extends QueryError {
  override readonly name = 'IncompleteError';

  constructor(readonly cut: Cut) {
    super(cutText(cut));
  }
}

/** A cut as clients are told of it. */
export const cutText = ({ what, limit }: Cut): string => `incomplete: ${what}: ${limit}`;

/** A page of a list; `page` counts from 1. */
export interface Page {
  readonly page: number;
  readonly size: number;
}
