import type { EntityModel, Instant, RecordModel, Row } from './models.js';

/** A record to append. */
export interface RecordRow {
  readonly model: RecordModel;
  readonly row: Row;
}

/** A row to merge into an entity. */
export interface EntityUpdate {
  readonly model: EntityModel;
  readonly id: string;
  /** Decides which value of a `last` field wins; its minute is the one in which the entity was active. */
  readonly at: Instant;
  readonly row: Row;
  /** true: the entity also counts as active in the minute of `at`, for `activeIn` queries. */
  readonly active?: boolean;
}
