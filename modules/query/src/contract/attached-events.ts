import type { KeyValue } from './traces.js';

/** An instant with nanoseconds, which no double could hold. */
export interface ExactInstant {
  /** Since the epoch. */
  readonly seconds: number;
  readonly nanos: number;
}

/** What somebody else than its agent saw of a span. */
export interface AttachedEvent {
  readonly startTime: ExactInstant;
  readonly endTime: ExactInstant;
  readonly event: string;
  readonly tags: readonly KeyValue[];
  readonly summary: ReadonlyArray<{ readonly key: string; readonly value: number }>;
}
