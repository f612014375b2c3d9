/** Bytes that are not the protobuf message they should be. `offset` is where reading stopped. */
export class MalformedError extends Error {
  override readonly name = 'MalformedError';
  constructor(
    what: string,
    readonly offset: number,
  ) {
    super(`${what} at byte ${offset}`);
  }
}
