import { aggregations } from './aggregations.js';
import { counters } from './counters.js';
import type { FamilyFunction } from './family-function.js';
import { filters } from './filters.js';
import { histograms } from './histograms.js';
import { labelFunctions } from './labels.js';
import { scopes } from './scopes.js';

/** Functions that make a family of a family, by name. */
export const familyFunctions: ReadonlyMap<string, FamilyFunction> = new Map([
  ...filters,
  ...aggregations,
  ...counters,
  ...labelFunctions,
  ...histograms,
]);

/** Every name that a rule may call, without those of plugins. */
export const FUNCTION_NAMES: readonly string[] = [
  ...familyFunctions.keys(),
  ...scopes.keys(),
  'safeDiv',
  'downsampling',
  'decorate',
  'time',
];
