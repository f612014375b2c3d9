import type { ReadOptions } from '@skein/query/contract';
import type { Duration } from '@skein/telemetry';
import { refuse } from '../evaluation/api-error.js';
import type { FixedLabel, LabelConditions } from '../evaluation/label-conditions.js';

/** Entries of a list when nobody says how many. */
export const DEFAULT_LIMIT = 100;
/** Most entries that a selector can ask for, and most names among which those that fulfil a condition are looked for. */
export const MOST_NAMES = 1000;

/** A series that stands for entities instead of values. */
export interface Traffic {
  /** The label that holds the entities' names. */
  readonly label: FixedLabel;
  /** All labels that it can be asked by. */
  readonly labels: readonly FixedLabel[];
  /** Labels of each entry besides its name. */
  readonly shown: (conditions: LabelConditions) => Readonly<Record<string, string>>;
  /** Names, sorted where the list has no order of its own. */
  readonly names: (conditions: LabelConditions, duration: Duration, o: ReadOptions) => Promise<readonly string[]>;
}

/** What the label `limit` says. Throws ApiError `bad_data`. */
export function limitOf({ fixed }: LabelConditions): number {
  const given = fixed.get('limit');
  if (given === undefined || given === '') return DEFAULT_LIMIT;
  if (!/^\d{1,9}$/.test(given)) refuse(`The label limit must be a whole number (got "${given.slice(0, 20)}").`);
  return Math.min(Number(given), MOST_NAMES);
}
