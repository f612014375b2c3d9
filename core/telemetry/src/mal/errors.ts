/** A rule cannot be computed for a set of samples; the message says why. */
export class MalRuntimeError extends Error {
  override readonly name = 'MalRuntimeError';
}
