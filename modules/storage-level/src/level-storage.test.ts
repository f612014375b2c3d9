import { describe, it } from '@jest/globals';
import { checkStorage } from '@skein/telemetry/testing';
import { makeStorage } from './testing/make-storage.js';

/** Generous, because these do wait for a disk. */
const TIMEOUT_MS = 60_000;

describe('storage-level', () => {
  for (const check of checkStorage(() => makeStorage())) it(check.name, check.run, TIMEOUT_MS);
});

describe('storage-level that flushes all the time', () => {
  const touched = /^(commit|documents|whole)|deltas in any order|updates in any order|pages neither|ten thousand rows|averages/;
  for (const check of checkStorage(() => makeStorage({ flushMs: 1 }))) if (touched.test(check.name)) it(check.name, check.run, TIMEOUT_MS);
});
