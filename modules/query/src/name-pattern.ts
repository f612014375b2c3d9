import { QueryError } from './contract/common.js';

type Test = (character: string) => boolean;
/** With `test`: takes one character and goes on to the next instruction. Without: goes on at every place of `to`. */
interface Instruction {
  readonly test?: Test;
  readonly to: number[];
}
type Node =
  | { readonly kind: 'character'; readonly test: Test }
  | { readonly kind: 'sequence'; readonly parts: readonly Node[] }
  | { readonly kind: 'choice'; readonly parts: readonly Node[] }
  | { readonly kind: 'repeat'; readonly of: Node; readonly min: number; readonly max: number };

const MAX_PATTERN = 200;
const MAX_DEPTH = 10;
const MAX_INSTRUCTIONS = 300;
const CLASSES: Readonly<Record<string, RegExp>> = { d: /\d/, D: /\D/, w: /\w/, W: /\W/, s: /\s/, S: /\S/ };

/**
 * Tells whether a whole name matches a regular expression, in time proportional to name and pattern whatever they are: the platform's own
 * engine may backtrack for ever. Literals, `.`, classes, groups, `|`, `?`, `*`, `+`, `{m,n}` and outer `^`, `$` are known.
 * Throws QueryError for anything else.
 */
export function compilePattern(pattern: string): (name: string) => boolean {
  if (pattern.length > MAX_PATTERN) throw new QueryError(`the pattern is longer than ${MAX_PATTERN} characters`);
  const program: Instruction[] = [];
  emit(new PatternReader(pattern.replace(/^\^/, '').replace(/(?<!\\)\$$/, '')).read(), program);
  return (name) => run(program, name);
}

function emit(node: Node, program: Instruction[]): void {
  const push = (instruction: Instruction): Instruction => {
    if (program.length >= MAX_INSTRUCTIONS) throw new QueryError('the pattern is too large');
    program.push(instruction);
    return instruction;
  };
  if (node.kind === 'character') push({ test: node.test, to: [] });
  else if (node.kind === 'sequence') for (const part of node.parts) emit(part, program);
  else if (node.kind === 'choice') {
    const fork = push({ to: [] });
    const ends = node.parts.map((part) => {
      fork.to.push(program.length);
      emit(part, program);
      return push({ to: [] });
    });
    for (const end of ends) end.to.push(program.length);
  } else {
    for (let i = 0; i < node.min; i++) emit(node.of, program);
    const optional = node.max === Number.POSITIVE_INFINITY ? 1 : node.max - node.min;
    for (let i = 0; i < optional; i++) {
      const start = program.length;
      const fork = push({ to: [start + 1] });
      emit(node.of, program);
      if (node.max === Number.POSITIVE_INFINITY) push({ to: [start] });
      fork.to.push(program.length);
    }
  }
}

/** All places at once, character by character. */
function run(program: readonly Instruction[], name: string): boolean {
  let places = reach(program, [0]);
  for (const character of name) {
    places = reach(
      program,
      [...places].filter((p) => program[p]?.test?.(character)).map((p) => p + 1),
    );
    if (places.size === 0) return false;
  }
  return places.has(program.length);
}

function reach(program: readonly Instruction[], from: readonly number[]): Set<number> {
  const places = new Set<number>();
  const open = [...from];
  for (let place = open.pop(); place !== undefined; place = open.pop()) {
    if (places.has(place)) continue;
    places.add(place);
    open.push(...(program[place]?.to ?? []));
  }
  return places;
}

class PatternReader {
  #at = 0;

  constructor(private readonly text: string) {}

  read(): Node {
    const node = this.#choice(0);
    if (this.#at < this.text.length) throw this.#error();
    return node;
  }

  #choice(depth: number): Node {
    if (depth > MAX_DEPTH) throw new QueryError(`the pattern nests groups deeper than ${MAX_DEPTH}`);
    const parts = [this.#sequence(depth)];
    while (this.#take('|')) parts.push(this.#sequence(depth));
    return parts.length === 1 ? parts[0]! : { kind: 'choice', parts };
  }

  #sequence(depth: number): Node {
    const parts: Node[] = [];
    while (this.#at < this.text.length && this.text[this.#at] !== '|' && this.text[this.#at] !== ')') parts.push(this.#repeated(depth));
    return { kind: 'sequence', parts };
  }

  #repeated(depth: number): Node {
    const of = this.#atom(depth);
    const [sign, low, comma, high] = this.#match(/(?:[*+?]|\{(\d{1,3})(,(\d{0,3}))?\})/y) ?? [];
    if (sign === undefined) return of;
    // Whether it is lazy makes no difference to a match of the whole.
    this.#take('?');
    if (sign === '*') return { kind: 'repeat', of, min: 0, max: Number.POSITIVE_INFINITY };
    if (sign === '+') return { kind: 'repeat', of, min: 1, max: Number.POSITIVE_INFINITY };
    if (sign === '?') return { kind: 'repeat', of, min: 0, max: 1 };
    const min = Number(low);
    const max = comma === undefined ? min : high === '' ? Number.POSITIVE_INFINITY : Number(high);
    if (max < min) throw this.#error();
    return { kind: 'repeat', of, min, max };
  }

  #atom(depth: number): Node {
    if (this.#take('(')) {
      this.#match(/\?:/y);
      const node = this.#choice(depth + 1);
      if (!this.#take(')')) throw this.#error();
      return node;
    }
    if (this.#take('.')) return { kind: 'character', test: () => true };
    const list = this.#match(/\[(\^?)((?:\\[dDwWsS\W_]|[^\]\\])+)\]/y);
    if (list) return { kind: 'character', test: this.#list(list[0]!) };
    const escaped = this.#match(/\\([dDwWsS\W_])/y)?.[1];
    if (escaped !== undefined) return { kind: 'character', test: classOf(escaped) };
    const literal = this.#match(/[^\\[\](){}*+?|^$]/y)?.[0];
    if (literal === undefined) throw this.#error();
    return { kind: 'character', test: (c) => c === literal };
  }

  /** One character at a time, so the platform's engine has nothing to go back to. */
  #list(source: string): Test {
    try {
      const list = new RegExp(`^${source}$`);
      return (c) => list.test(c);
    } catch (error) {
      throw this.#error(error);
    }
  }

  #take(character: string): boolean {
    if (this.text[this.#at] !== character) return false;
    this.#at++;
    return true;
  }

  #match(expression: RegExp): RegExpExecArray | null {
    expression.lastIndex = this.#at;
    const match = expression.exec(this.text);
    if (match) this.#at += match[0].length;
    return match;
  }

  #error(cause?: unknown): QueryError {
    return new QueryError(`the pattern cannot be read at character ${this.#at}`, { cause });
  }
}

function classOf(escaped: string): Test {
  const known = Object.hasOwn(CLASSES, escaped) ? CLASSES[escaped] : undefined;
  return known ? (c) => known.test(c) : (c) => c === escaped;
}
