import type { Observation, Source } from '@skein/telemetry';
import type { EntityUpdate, RecordRow } from '@skein/telemetry/storage';

/** Rough sizes in memory: a source with the objects only it refers to, and a row without its binary. */
const SOURCE_WEIGHT = 200;
const ROW_WEIGHT = 300;

/** Collects what some spans mean. */
export class Findings {
  readonly sources: Source[] = [];
  readonly records: RecordRow[] = [];
  readonly entities: EntityUpdate[] = [];
  private bytes = 0;

  source(source: Source): void {
    this.sources.push(source);
  }

  /** `bytes`: size of the row's binary. */
  record(row: RecordRow, bytes: number): void {
    this.records.push(row);
    this.bytes += bytes;
  }

  entity(update: EntityUpdate): void {
    this.entities.push(update);
  }

  get isEmpty(): boolean {
    return this.sources.length === 0 && this.records.length === 0 && this.entities.length === 0;
  }

  observation(): Observation {
    const { sources, records, entities, bytes } = this;
    return { sources, records, entities, weight: bytes + SOURCE_WEIGHT * sources.length + ROW_WEIGHT * (records.length + entities.length) };
  }
}
