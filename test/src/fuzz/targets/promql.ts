import { createTestHost, type TestHost } from '@skein/core/testing';
import query from '@skein/query';
import queryPromql from '@skein/query-promql';
import storageMemory from '@skein/storage-memory';
import { MetricCatalogToken } from '@skein/telemetry';
import type { FuzzTarget } from '../target.js';

const SEEDS = [
  'service_cpm{service="shop", layer="GENERAL"}',
  "sum by (p) (service_percentile{service='a', layer='MESH', p='50,90'} / 1000) > bool 2 + -1",
  'avg(m{a=~"x|y", b!~`z+`, c!="\\u00e9"}) without (b, c) % 1e3',
  'top_n{top_n="10", order="DES", parent_service="x"}[1h30m] # the end',
  '(0x1f - Inf) * NaN <= {__name__="sum"}',
];

interface Answer {
  readonly status: string;
  readonly data?: unknown;
  readonly errorType?: string;
}

let started: Promise<TestHost> | undefined;
const host = (): Promise<TestHost> => {
  started ??= createTestHost({
    modules: [storageMemory, query, queryPromql],
    services: [[MetricCatalogToken, { find: () => undefined, all: () => [] }]],
  });
  return started;
};

async function ask(path: string, text: string): Promise<Answer> {
  const body = new URLSearchParams({ query: text }).toString();
  const headers = { 'content-type': 'application/x-www-form-urlencoded' };
  const reply = await (await host()).http(`/api/v1/${path}`, { listener: 'prometheus', method: 'POST', headers, body });
  const answer = JSON.parse(String(reply.body)) as Answer;
  if (answer.status !== 'success' && answer.errorType !== 'bad_data') throw new Error(`${path} of ${text} answers ${String(reply.body)}`);
  return answer;
}

/** Expressions: what is formatted once stays as it is, is understood as before, and evaluation ends in an answer. */
export const target: FuzzTarget = {
  name: 'promql',
  seeds: () => SEEDS.map((text) => Buffer.from(text)),
  async run(input) {
    const text = Buffer.from(input).toString('utf8');
    await ask('query', text);
    const { status, data } = await ask('format_query', text);
    if (status !== 'success') return;
    const again = await ask('format_query', String(data));
    // Formatting adds spaces, so the longest expressions become too long.
    if (again.data !== data && String(data).length <= 10_000)
      throw new Error(`${String(data)} is formatted otherwise when it is read again`);
  },
};
