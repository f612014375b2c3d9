/** A mistake of the client in what it sends, answered with a status and not logged. `code`: the gRPC status number. */
export class ProtocolError extends Error {
  override readonly name = 'ProtocolError';
  constructor(
    readonly code: number,
    message: string,
  ) {
    super(message);
  }
}
