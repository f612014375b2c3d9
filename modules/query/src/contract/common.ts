/** Every read ends within the module's deadline; the signal ends it earlier. */
export interface ReadOptions {
  readonly signal?: AbortSignal;
}

/** Something wrong with a query that whoever sent it can mend. The message says what, and holds nothing secret. */
export class QueryError extends Error {
  override readonly name = 'QueryError';
}

/** A page of a list; `page` counts from 1. */
export interface Page {
  readonly page: number;
  readonly size: number;
}
