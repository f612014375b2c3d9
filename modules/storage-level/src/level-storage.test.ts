import { describe, it } from '@jest/globals';
import { checkStorage } from '@skein/telemetry/testing';
import { makeStorage } from './testing/make-storage.js';

describe('storage-level', () => {
  for (const check of checkStorage(() => makeStorage())) it(check.name, check.run);
});

describe('storage-level that flushes all the time', () => {
  for (const check of checkStorage(() => makeStorage({ flushMs: 1 }))) it(check.name, check.run);
});
