import { type Cut, cutText, fairTurn, nextTurn, QueryError, type ReadOptions } from '@skein/query/contract';
import { GraphQLError, type GraphQLResolveInfo } from 'graphql';
import type { GraphqlContext } from './contract.js';
import { isLong, paced } from './paced-lists.js';

export interface AnswerLimits {
  /** Most metric values and rows in one answer. */
  readonly maxValues: number;
  /** Longest answer, bytes. */
  readonly maxAnswer: number;
}

/** A field whose answer is incomplete. */
export interface FieldCut {
  /** Name in the schema. */
  readonly field: string;
  readonly path: readonly (string | number)[];
  readonly cut: Cut;
  readonly error: GraphQLError;
}

interface Shared {
  readonly value: unknown;
  readonly cuts: readonly Cut[];
}

function pathOf(path: GraphQLResolveInfo['path'] | undefined): readonly (string | number)[] {
  const keys: (string | number)[] = [];
  for (let at = path; at !== undefined; at = at.prev) keys.unshift(at.key);
  return keys;
}

/** Bytes that a value of a field takes in an answer, but for what is escaped and what hangs below it. */
function sizeOf(value: unknown): number {
  if (typeof value === 'string') return Buffer.byteLength(value, 'utf8') + 2;
  if (Array.isArray(value)) return value.reduce((sum: number, item) => sum + 1 + (typeof item === 'object' ? 2 : sizeOf(item)), 2);
  return 5;
}

/** One query on its way: what it may still answer, what its fields share, and which of them are incomplete. */
export class QueryRun {
  readonly #shared = new Map<string, Promise<Shared>>();
  readonly #cuts = new Map<string, FieldCut>();
  #last: Promise<unknown> = Promise.resolve();
  #completed: Promise<void> = Promise.resolve();
  #values = 0;
  #bytes = 0;

  constructor(
    readonly signal: AbortSignal,
    /** Ends the query; its answer is the reason alone. */
    private readonly end: (reason: Error) => void,
    private readonly limits: AnswerLimits,
  ) {}

  get cuts(): readonly FieldCut[] {
    return [...this.#cuts.values()];
  }

  /** Resolves a field that has a resolver, in its turn. */
  async field(info: GraphQLResolveInfo, resolve: (context: GraphqlContext) => unknown): Promise<unknown> {
    await fairTurn(this.signal);
    const answer = await resolve(this.#contextOf(info));
    this.count(info, answer);
    if (typeof answer !== 'object' || answer === null) return answer;
    await this.#fairTurn();
    return isLong(answer) ? this.#inSlices(answer) : answer;
  }

  /** Counts what a field answers. An answer that grows too long ends the query, wherever it is. */
  count(info: GraphQLResolveInfo, value: unknown): void {
    this.signal.throwIfAborted();
    this.#bytes += String(info.path.key).length + 4 + sizeOf(value);
    const { maxAnswer } = this.limits;
    if (this.#bytes <= maxAnswer) return;
    this.end(new QueryError(`the answer is longer than ${maxAnswer} bytes; ask for less in one query`));
    this.signal.throwIfAborted();
  }

  /** Long answers follow one another: what is begun takes memory, and one that is too long is to be noticed before the next begins. */
  async #inSlices(long: object): Promise<unknown> {
    const before = this.#completed;
    let done = (): void => undefined;
    this.#completed = new Promise((resolve) => {
      done = resolve;
    });
    await before;
    const { answer, last } = paced(long, () => this.#turn());
    if (last === undefined) done();
    else void last.then(done);
    return answer;
  }

  #contextOf(info: GraphQLResolveInfo): GraphqlContext {
    const onCut = (cut: Cut): void => this.#cut(info, cut);
    return {
      signal: this.signal,
      onCut,
      spend: (values) => this.#spend(values),
      once: (key, read) => this.#once(key, read, onCut),
    };
  }

  #spend(values: number): void {
    const { maxValues } = this.limits;
    this.#values += values;
    if (this.#values > maxValues) throw new QueryError(`the query answers more than ${maxValues} values`);
  }

  #cut({ fieldName, fieldNodes, path: to }: GraphQLResolveInfo, cut: Cut): void {
    const path = pathOf(to);
    const error = new GraphQLError(cutText(cut), { nodes: fieldNodes, path });
    this.#cuts.set(JSON.stringify([path, cut.what, cut.limit]), { field: fieldName, path, cut, error });
  }

  /** Different ones follow one another, so that what is answered too much is known before the next is read. */
  async #once<T>(key: string, read: (o: ReadOptions) => Promise<T>, onCut: (cut: Cut) => void): Promise<T> {
    let shared = this.#shared.get(key);
    if (shared === undefined) {
      shared = this.#last.then(async () => {
        this.signal.throwIfAborted();
        const cuts: Cut[] = [];
        return { value: await read({ signal: this.signal, onCut: (cut) => cuts.push(cut) }), cuts };
      });
      this.#shared.set(key, shared);
      this.#last = shared.catch(() => undefined);
    }
    const { value, cuts } = await shared;
    for (const cut of cuts) onCut(cut);
    return value as T;
  }

  /** A turn within a field. A query that has ended gets none any more: to reject thousands of items one by one would take long. */
  async #turn(): Promise<void> {
    await nextTurn();
    if (this.signal.aborted) await new Promise<never>(() => undefined);
  }

  async #fairTurn(): Promise<void> {
    await fairTurn();
    if (this.signal.aborted) await new Promise<never>(() => undefined);
  }
}
