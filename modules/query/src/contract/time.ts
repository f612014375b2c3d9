import { createToken } from '@skein/core';
import type { Duration, Zone } from '@skein/telemetry';

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

export interface TimeQuery {
  readonly zone: Zone;
  /** Throws DurationError. */
  parse(input: DurationInput): Duration;
  /** `timezone` is the present offset, such as `+0530`; `now` in ms. */
  info(): { readonly timezone: string; readonly now: number };
  retention(): RetentionDays;
}
export const TimeQueryToken = createToken<TimeQuery>('time-query');
