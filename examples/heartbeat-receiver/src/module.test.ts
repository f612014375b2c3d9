import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import aggregation from '@skein/aggregation';
import { createTestHost, type TestHost } from '@skein/core/testing';
import naming from '@skein/naming';
import query from '@skein/query';
import queryGraphql from '@skein/query-graphql';
import storageMemory from '@skein/storage-memory';
import traceAnalyzer from '@skein/trace-analyzer';
import receiver from './module.js';

let kit: TestHost;

beforeEach(async () => {
  kit = await createTestHost({
    modules: [receiver, naming, aggregation, storageMemory, query, queryGraphql, traceAnalyzer],
    // The fake clock stands still, so a window closes at once instead of after 100 ms.
    config: { aggregation: { window: 0 } },
    zone: 'UTC',
  });
});

afterEach(async () => {
  kit.assertBooks();
  await kit.stop();
});

describe('the heartbeat receiver', () => {
  it('turns beats into a metric that can be asked for like any other', async () => {
    for (const rate of [60, 80]) expect((await kit.http('/heartbeat', { body: { name: 'patient', rate } })).status).toBe(202);
    const reply = await kit.http('/graphql', {
      body: {
        query: `{ execExpression(expression: "heart_rate", entity: { serviceName: "patient", normal: true },
          duration: { start: "2024-01-02 0304", end: "2024-01-02 0304", step: MINUTE }) { error results { values { value } } } }`,
      },
    });
    expect(JSON.parse(String(reply.body))).toEqual({ data: { execExpression: { error: null, results: [{ values: [{ value: '70' }] }] } } });
  });

  it('answers a body that it cannot read with 400, and counts it', async () => {
    for (const body of ['no json', '{"name": 1}', '{"name": "patient", "rate": "fast"}']) {
      expect((await kit.http('/heartbeat', { body, headers: { 'content-type': 'application/json' } })).status).toBe(400);
    }
    expect(kit.books().find((b) => b.publisher === 'heartbeat-receiver')?.skipped).toEqual({ malformed: 3 });
  });
});
