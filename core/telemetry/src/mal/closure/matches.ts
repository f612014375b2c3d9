import { MalRuntimeError } from '../errors.js';
import type { Pattern } from '../pattern.js';
import type { Scalar, ValueList } from './values.js';

/** Most matches read of one text. */
const MAX_MATCHES = 100;

/** What `text =~ pattern` gives: true if there is a match; `[0]` is the first one, or the list of its groups if the pattern has any. */
export class Matches {
  readonly description = 'a match';
  private all: readonly (Scalar | ValueList)[] | undefined;

  constructor(
    private readonly pattern: Pattern,
    private readonly text: string,
  ) {}

  get truth(): boolean {
    return this.pattern.find(this.text);
  }

  get whole(): boolean {
    return this.pattern.matches(this.text);
  }

  get list(): readonly (Scalar | ValueList)[] {
    this.all ??= this.read();
    return this.all;
  }

  at(index: number): Scalar | ValueList {
    const found = this.list[index];
    if (found === undefined) throw new MalRuntimeError(`there is no match ${index}`);
    return found;
  }

  private read(): readonly (Scalar | ValueList)[] {
    const matcher = this.pattern.compiled.matcher(this.text);
    const groups = this.pattern.compiled.groupCount();
    const found: (Scalar | ValueList)[] = [];
    while (found.length < MAX_MATCHES && matcher.find()) {
      found.push(groups === 0 ? matcher.group() : Array.from({ length: groups + 1 }, (_, i) => matcher.group(i)));
    }
    return found;
  }
}
