import type { Row } from '@skein/telemetry/storage';
import type { Span } from '../journal/frame.js';
import type { IdHashes } from './id-hashes.js';
import type { RowChunk } from './row-chunks.js';

/** The rows of one model in one commit. */
export interface Piece {
  readonly span: Span;
  readonly at: number;
  readonly fields: readonly string[];
  readonly rows: readonly Row[];
  /** All of `rows` again, compressed; see {@link RowChunk}. */
  readonly chunks: readonly RowChunk[] | undefined;
  readonly ids: IdHashes;
}

/** Rows that are in the journal and not yet in blocks, by model, in the order of their commits. */
export class RecordMemory {
  readonly #pieces = new Map<string, Piece[]>();

  add(model: string, piece: Piece): void {
    if (piece.rows.length === 0) return;
    const pieces = this.#pieces.get(model);
    if (pieces === undefined) this.#pieces.set(model, [piece]);
    else pieces.push(piece);
  }

  get models(): Iterable<string> {
    return this.#pieces.keys();
  }

  count(model: string): number {
    let count = 0;
    for (const { rows } of this.#pieces.get(model) ?? []) count += rows.length;
    return count;
  }

  rows(model: string): Row[] {
    return (this.#pieces.get(model) ?? []).flatMap(({ rows }) => rows);
  }

  /** The oldest pieces, of about `rows` rows, at least one. They stay until {@link drop}. */
  oldest(model: string, rows: number): readonly Piece[] {
    const pieces = this.#pieces.get(model) ?? [];
    let count = 0;
    let taken = 0;
    while (taken < pieces.length && (taken === 0 || count + pieces[taken]!.rows.length <= rows)) count += pieces[taken++]!.rows.length;
    return pieces.slice(0, taken);
  }

  /** Forgets the oldest pieces, which are in blocks now. */
  drop(model: string, count: number): void {
    const pieces = this.#pieces.get(model);
    pieces?.splice(0, count);
    if (pieces?.length === 0) this.#pieces.delete(model);
  }

  /** Where the first entry begins whose rows of this model are not in blocks, leaving out the oldest `skip` pieces; undefined: there is none. */
  first(model: string, skip = 0): number | undefined {
    return this.#pieces.get(model)?.[skip]?.span.start;
  }
}
