import type { Observation, Source } from '@skein/telemetry';
import type { EntityUpdate, RecordRow } from '@skein/telemetry/storage';
import type { SegmentFindings } from './contract.js';

/** Rough sizes in memory: a source with the objects only it refers to, and a record or entity row without its binary. */
const SOURCE_WEIGHT = 200;
const ROW_WEIGHT = 300;
/** Sources of one segment. A real one has some dozens; a hostile one of a few megabytes could ask for millions. */
const MOST_SOURCES = 100_000;

const NO_RECORDS: RecordRow[] = [];

/** Collects one segment's observation. */
export class Findings implements SegmentFindings {
  readonly sources: Source[] = [];
  records: RecordRow[] = NO_RECORDS;
  readonly entities: EntityUpdate[] = [];

  /** No more calls are analysed then: the segment is stored, and its metrics are incomplete. */
  get isFull(): boolean {
    return this.sources.length >= MOST_SOURCES;
  }

  source(source: Source): void {
    this.sources.push(source);
  }

  record(row: RecordRow): void {
    // Nearly all segments have one: room for more is not made in advance.
    if (this.records === NO_RECORDS) this.records = [row];
    else this.records.push(row);
  }

  entity(update: EntityUpdate): void {
    this.entities.push(update);
  }

  /** How much was found so far, for {@link rollBack}. */
  mark(): readonly [sources: number, records: number, entities: number] {
    return [this.sources.length, this.records.length, this.entities.length];
  }

  /** Drops what was added since the mark. */
  rollBack([sources, records, entities]: ReturnType<Findings['mark']>): void {
    this.sources.length = sources;
    if (this.records !== NO_RECORDS) this.records.length = records;
    this.entities.length = entities;
  }

  /** `bytes`: size of the segment that the sources and the record refer to. */
  observation(bytes: number): Observation {
    const { sources, records, entities } = this;
    const weight = bytes + SOURCE_WEIGHT * sources.length + ROW_WEIGHT * (records.length + entities.length);
    return { sources, records, entities, weight };
  }
}
