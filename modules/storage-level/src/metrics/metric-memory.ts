import type { Instant } from '@skein/telemetry/storage';
import type { EntryDelta } from '../journal/entry.js';
import { MetricRows, RowRoom } from './metric-rows.js';
import type { RowLayouts } from './row-layout.js';

/** Rows by bucket and scope. */
export type MetricBuckets = Map<Instant, Map<string, MetricRows>>;

/** Metrics that are in the journal and not yet in rows of LevelDB: by minute, scope and entity. Hours and days are folded from it. */
export class MetricMemory {
  readonly minutes: MetricBuckets = new Map();
  readonly #layouts: RowLayouts;
  readonly #room = new RowRoom();

  constructor(layouts: RowLayouts) {
    this.#layouts = layouts;
  }

  add(delta: EntryDelta): void {
    const scopes = scopesOf(this.minutes, delta.minute);
    let rows = scopes.get(delta.scope);
    if (rows === undefined) {
      rows = new MetricRows(this.#layouts, this.#room);
      scopes.set(delta.scope, rows);
    }
    rows.add(delta.entity, delta);
  }

  /** The minutes of [from, to) that hold something of a scope. */
  *within(scope: string, from: Instant, to: Instant): Generator<readonly [Instant, MetricRows]> {
    for (const [minute, scopes] of this.minutes) {
      const rows = minute >= from && minute < to ? scopes.get(scope) : undefined;
      if (rows) yield [minute, rows];
    }
  }
}

export function scopesOf(buckets: MetricBuckets, bucket: Instant): Map<string, MetricRows> {
  let scopes = buckets.get(bucket);
  if (scopes === undefined) {
    scopes = new Map();
    buckets.set(bucket, scopes);
  }
  return scopes;
}
