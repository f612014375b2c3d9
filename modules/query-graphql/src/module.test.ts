import { it } from '@jest/globals';
import { checkModule } from '@skein/core/testing';
import query from '@skein/query';
import storageMemory from '@skein/storage-memory';
import { MetricCatalogToken } from '@skein/telemetry';
import { catalog } from './graphql.test.kit.js';
import queryGraphql from './module.js';

// Alone in its file, because it looks at what the whole process has open.
it('keeps the contract of modules', () =>
  checkModule({ module: queryGraphql, beside: [storageMemory, query], services: [[MetricCatalogToken, catalog]] }));
