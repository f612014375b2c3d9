/** Where one variable of a substitution got its text from. */
export interface SubstitutedVariable {
  readonly name: string;
  readonly from: 'environment' | 'default';
}

/**
 * A scalar that came out of an environment substitution: the schema decides what it is converted to.
 * `missing` names the variables that are not set and have no default; `mistake` says what is wrong with the substitution itself.
 */
export class EnvText {
  constructor(
    readonly text: string,
    readonly missing: readonly string[] = [],
    readonly variables: readonly SubstitutedVariable[] = [],
    readonly mistake?: string,
  ) {}

  /** Names of the variables whose value came from the environment. */
  get fromEnvironment(): readonly string[] {
    return this.variables.filter((v) => v.from === 'environment').map((v) => v.name);
  }
}
