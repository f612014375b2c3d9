import { ByteReader } from '../bytes/byte-reader.js';
import { type Database, pages } from '../level/database.js';
import { Kind, kindRange, parseHourKey } from '../level/keys.js';
import { emptyBounds, join, type RecordBounds, readBounds } from './record-bounds.js';

const HOUR_MS = 3_600_000;
/** Sequences count up from the time of the commit, 64 in a millisecond, so that order of sequence is order of commit. */
const PER_MS = 64;

export const sequenceAt = (ms: number): number => Math.max(0, Math.floor(ms)) * PER_MS;
export const hourOf = (sequence: number): number => Math.floor(sequence / PER_MS / HOUR_MS);
/** First sequence of an hour. */
export const hourStart = (hour: number): number => hour * HOUR_MS * PER_MS;
export const timeOf = (sequence: number): number => Math.floor(sequence / PER_MS);

export interface HourSummary {
  readonly partition: number;
  readonly bounds: RecordBounds;
}

/** What every hour of commits holds of every model: few enough to be in memory. They say which hours a search need not look at. */
export class RecordHours {
  readonly #models = new Map<string, Map<number, HourSummary>>();

  async load(database: Database): Promise<void> {
    for await (const page of pages(database, kindRange(Kind.hour))) {
      for (const [key, value] of page) {
        const { partition, model, last: hour } = parseHourKey(key);
        this.set(model, hour, partition, readBounds(new ByteReader(value)));
      }
    }
  }

  get models(): Iterable<string> {
    return this.#models.keys();
  }

  of(model: string): ReadonlyMap<number, HourSummary> {
    return this.#models.get(model) ?? new Map();
  }

  partitions(model: string): number[] {
    return [...new Set([...this.of(model).values()].map(({ partition }) => partition))].sort((a, b) => a - b);
  }

  rows(model: string): number {
    let rows = 0;
    for (const { bounds } of this.of(model).values()) rows += bounds.count;
    return rows;
  }

  /** The bounds of an hour with these rows added; the caller stores them before {@link set}. */
  with(model: string, hour: number, added: RecordBounds): RecordBounds {
    const joined = emptyBounds(added.fields.length);
    const known = this.of(model).get(hour);
    if (known) join(joined, known.bounds);
    join(joined, added);
    return joined;
  }

  set(model: string, hour: number, partition: number, bounds: RecordBounds): void {
    let hours = this.#models.get(model);
    if (hours === undefined) {
      hours = new Map();
      this.#models.set(model, hours);
    }
    hours.set(hour, { partition, bounds });
  }

  dropPartition(model: string, partition: number): void {
    const hours = this.#models.get(model);
    for (const [hour, summary] of hours ?? []) if (summary.partition === partition) hours?.delete(hour);
    if (hours?.size === 0) this.#models.delete(model);
  }
}
