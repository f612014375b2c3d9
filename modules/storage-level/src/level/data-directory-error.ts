/** How a fix ends that leaves this directory alone. */
export const OTHER_PATH = 'set another path, with the setting or with SKEIN_DATA';

/** The data directory cannot be used; the message says why, `fix` what to do about it. */
export class DataDirectoryError extends Error {
  override readonly name = 'DataDirectoryError';
  constructor(
    message: string,
    readonly fix: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}
