/** A file that is not the profile it should be. `offset`: the byte at which reading stopped, where that is known. */
export class ProfileError extends Error {
  override readonly name = 'ProfileError';
  constructor(
    readonly format: 'JFR' | 'pprof',
    what: string,
    readonly offset?: number,
    options?: ErrorOptions,
  ) {
    super(`${format}: ${what}${offset === undefined ? '' : ` at byte ${offset}`}`, options);
  }
}
