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
  readonly #models = new Map<string, { pieces: Piece[]; rows: number }>();

  add(model: string, piece: Piece): void {
    const count = piece.rows.length;
    if (count === 0) return;
    const known = this.#models.get(model);
    if (known === undefined) this.#models.set(model, { pieces: [piece], rows: count });
    else {
      known.pieces.push(piece);
      known.rows += count;
    }
  }

  get models(): Iterable<string> {
    return this.#models.keys();
  }

  count(model: string): number {
    return this.#models.get(model)?.rows ?? 0;
  }

  rows(model: string): Row[] {
    return (this.#models.get(model)?.pieces ?? []).flatMap(({ rows }) => rows);
  }

  /** The oldest pieces, of about `rows` rows, at least one. They stay until {@link drop}. */
  oldest(model: string, rows: number): readonly Piece[] {
    const pieces = this.#models.get(model)?.pieces ?? [];
    let count = 0;
    let taken = 0;
    while (taken < pieces.length && (taken === 0 || count + pieces[taken]!.rows.length <= rows)) count += pieces[taken++]!.rows.length;
    return pieces.slice(0, taken);
  }

  /** Forgets the oldest pieces, which are in blocks now. */
  drop(model: string, count: number): void {
    const known = this.#models.get(model);
    if (known === undefined) return;
    for (const { rows } of known.pieces.splice(0, count)) known.rows -= rows.length;
    if (known.pieces.length === 0) this.#models.delete(model);
  }

  /** Where the first entry begins whose rows of this model are not in blocks, leaving out the oldest `skip` pieces; undefined: there is none. */
  first(model: string, skip = 0): number | undefined {
    return this.#models.get(model)?.pieces[skip]?.span.start;
  }
}
