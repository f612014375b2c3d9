import { commitChecks } from './commit-checks.js';
import { entityChecks } from './entity-checks.js';
import { metricChecks } from './metric-checks.js';
import { rankChecks } from './rank-checks.js';
import { recordChecks } from './record-checks.js';
import type { CreateStorage, StorageCheck } from './storage-desk.js';
import { wholeChecks } from './whole-checks.js';

/** All behaviours that the storage contract asks for. */
export const storageChecks: readonly StorageCheck[] = [
  ...commitChecks,
  ...recordChecks,
  ...entityChecks,
  ...metricChecks,
  ...rankChecks,
  ...wholeChecks,
];

/**
 * The conformance suite of the storage contract, for any test runner:
 *
 *     for (const check of checkStorage(create)) it(check.name, check.run);
 *
 * `create` makes an empty storage that is not open yet. Checks are independent of each other and may run in any order.
 */
export const checkStorage = (create: CreateStorage): ReadonlyArray<{ readonly name: string; readonly run: () => Promise<void> }> =>
  storageChecks.map(({ name, run }) => ({ name, run: () => run(create) }));
