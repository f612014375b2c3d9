/** An error that is answered with its HTTP status, and its message as plain text. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  constructor(
    readonly status: 400 | 404 | 500 | 503 | 504,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** Something is wrong with the request. */
export function refuse(message: string): never {
  throw new ApiError(400, message);
}
