import { createStream } from '@skein/core';
import type { Source } from '../sources/source.js';
import type { EntityUpdate, RecordRow } from '../storage/observed.js';

/** What one message means: sources for the metrics, and records and entities to keep. Goes into one commit as a whole. */
export interface Observation {
  readonly sources: readonly Source[];
  readonly records: readonly RecordRow[];
  readonly entities: readonly EntityUpdate[];
  /** Bytes that this observation holds in memory, roughly; flow control counts it. */
  readonly weight: number;
}

/** Observations, from every analyzer to aggregation. */
export const observations = createStream<Observation>({ id: 'observations', weigh: (o) => o.weight });
