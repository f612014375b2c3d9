/**
 * A scalar that came out of an environment substitution: the schema decides what it is converted to.
 * `missing` names the variables that are not set and have no default.
 */
export class EnvText {
  constructor(
    readonly text: string,
    readonly missing: readonly string[] = [],
  ) {}
}
