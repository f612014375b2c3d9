/** `bad_data`: whoever asked can mend it. `timeout`: the deadline ended it, or it can be tried again. `internal`: it is our fault. */
export type ErrorType = 'bad_data' | 'timeout' | 'internal';

/** An error as the API answers it. The message holds nothing secret. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  constructor(
    readonly type: ErrorType,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** Throws an {@link ApiError} of the type `bad_data`. */
export function refuse(problem: string): never {
  throw new ApiError('bad_data', problem);
}
