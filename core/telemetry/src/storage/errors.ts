/** A query that no backend can serve: an unknown field, a negative offset. The message says which. */
export class InvalidQueryError extends Error {
  override readonly name = 'InvalidQueryError';
}

/** The deadline passed and the answer has no way to say that it is incomplete. */
export class DeadlineError extends Error {
  override readonly name = 'DeadlineError';
}

/** A commit carries a document whose `ifVersion` does not match: another writer was faster. Nothing of the commit was stored. */
export class DocumentConflictError extends Error {
  override readonly name = 'DocumentConflictError';
  constructor(
    readonly kind: string,
    readonly id: string,
  ) {
    super(`document ${kind}/${id} has another version`);
  }
}
