import { createToken } from '@skein/core';
import type { Duration, Zone } from '@skein/telemetry';

/** A duration as it stands in a query. */
export interface DurationInput {
  readonly start: string;
  readonly end: string;
  /** DAY, HOUR, MINUTE or SECOND. */
  readonly step: string;
}

/** Days that data is kept; -1: for ever. */
export interface RetentionDays {
  readonly records: number;
  readonly traces: number;
  readonly logs: number;
  readonly metrics: number;
}

/** The clock, the zone and how long data is kept. */
export interface TimeQuery {
  readonly zone: Zone;
  /** Throws DurationError. */
  parse(input: DurationInput): Duration;
  /** `timezone` is the present offset, such as `+0530`; `now` in ms. */
  info(): { readonly timezone: string; readonly now: number };
  retention(): RetentionDays;
}
/** Provided by the module `query`. */
export const TimeQueryToken = createToken<TimeQuery>('time-query');
