/** JSON that is not what it should be. */
export class JsonError extends Error {
  override readonly name = 'JsonError';

  /**
   * @param path where in the document, `spans[3].startTime`; empty for the document itself
   * @param expected what should be there
   * @param got what is there, short
   */
  constructor(
    readonly path: string,
    expected: string,
    got: string,
    options?: ErrorOptions,
  ) {
    super(`${path === '' ? '' : `${path}: `}expected ${expected}, got ${got}`, options);
  }
}
