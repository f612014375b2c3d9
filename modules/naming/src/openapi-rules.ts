interface Template {
  readonly pattern: RegExp;
  readonly variables: number;
  /** Length of the pattern's text, each variable counting as one. */
  readonly length: number;
  readonly result: string;
}

const VARIABLE = /\{.+?\}/g;
/** Key of templates whose first or second segment holds a variable: tried after those with a key. */
const ANYWHERE = '';

/** Endpoint names of one service that its OpenAPI definitions describe, analysis.md 7.2. */
export class OpenapiRules {
  private readonly exact = new Map<string, string>();
  private readonly templates = new Map<string, Template[]>();

  /** `match` is compared with names; a `{variable}` in it stands for one run of characters without a slash. `result` is what they become. */
  add(match: string, result: string): void {
    const variables = match.match(VARIABLE)?.length ?? 0;
    if (variables === 0) {
      this.exact.set(match, result);
      return;
    }
    const literals = match.split(VARIABLE);
    const pattern = new RegExp(`^${literals.map(literal).join('[^/]+')}$`);
    const key = literals[0]!.split('/').length > 2 ? keyOf(match) : ANYWHERE;
    const group = this.templates.get(key) ?? [];
    group.push({ pattern, variables, length: literals.join('#').length, result });
    group.sort((a, b) => a.variables - b.variables || b.length - a.length);
    this.templates.set(key, group);
  }

  /** The name that it becomes; undefined if no rule fits. An exact path first, then fewer variables, then the longer pattern. */
  match(name: string): string | undefined {
    return this.exact.get(name) ?? this.template(keyOf(name), name) ?? this.template(ANYWHERE, name);
  }

  private template(key: string, name: string): string | undefined {
    return this.templates.get(key)?.find(({ pattern }) => pattern.test(name))?.result;
  }
}

/** First and second segment: of `GET:/products/1` it is `GET:/products`. */
const keyOf = (text: string): string => text.split('/', 2).join('/');

/** A regular expression for exactly this text. */
const literal = (text: string): string => text.replace(/[.*+?^${}()|[\]\\/-]/g, '\\$&');
