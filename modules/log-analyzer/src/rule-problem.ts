/** A mistake in a file of rules. Lines and columns count from 1, columns in UTF-16 units. */
export interface RuleProblem {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** `MYSQL/mysql-slow-statements`; empty for a mistake outside of any rule. */
  readonly rule: string;
  readonly message: string;
}

/** `rules/my.yaml:12:5 rule GENERAL/mine: ...` */
export const formatRuleProblem = ({ file, line, column, rule, message }: RuleProblem): string =>
  `${file}:${line}:${column} ${rule === '' ? '' : `rule ${rule}: `}${message}`;
