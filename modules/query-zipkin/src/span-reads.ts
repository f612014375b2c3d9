import { type Cut, fairTurn, IncompleteError, type ReadOptions } from '@skein/query/contract';
import type { Found, Limits, Row, Storage } from '@skein/telemetry/storage';

type Question<K extends 'records' | 'group' | 'entities'> = Parameters<Storage[K]>[0];

/** Reads of the storage under a deadline. What comes back incomplete is told, or thrown where nobody listens. */
export class SpanReads {
  constructor(
    readonly storage: Storage,
    private readonly deadlineMs: number,
  ) {}

  async records(question: Question<'records'>, options: ReadOptions): Promise<readonly Row[]> {
    return this.items(question.model.name, await this.storage.records(question, await this.limits(options)), options);
  }

  /** At most `limit` rows; that there are more is a cut. */
  async group(question: Question<'group'>, options: ReadOptions): Promise<readonly Row[]> {
    const { limit, model } = question;
    const found = await this.storage.group({ ...question, limit: limit + 1 }, await this.limits(options));
    return this.first(limit, model.name, found, options);
  }

  /** At most `limit` rows; that there are more is a cut. */
  async entities(question: Question<'entities'>, options: ReadOptions): Promise<readonly Row[]> {
    const { limit, model } = question;
    const found = await this.storage.entities({ ...question, limit: limit + 1 }, await this.limits(options));
    return this.first(limit, model.name, found, options);
  }

  private async limits({ signal = new AbortController().signal }: ReadOptions): Promise<Limits> {
    await fairTurn(signal);
    return { signal, deadlineMs: this.deadlineMs };
  }

  private first(most: number, what: string, found: Found<Row>, options: ReadOptions): readonly Row[] {
    if (found.items.length <= most) return this.items(what, found, options);
    tell({ what, limit: `there are more than ${most}, and no more are given; narrow the search` }, options);
    return found.items.slice(0, most);
  }

  private items(what: string, found: Found<Row>, options: ReadOptions): readonly Row[] {
    if (!found.complete) tell({ what, limit: `the search did not end in time (${this.deadlineMs} ms); narrow the range` }, options);
    return found.items;
  }
}

/** Throws IncompleteError if nobody listens. */
export function tell(cut: Cut, { onCut }: ReadOptions): void {
  if (onCut === undefined) throw new IncompleteError(cut);
  onCut(cut);
}
