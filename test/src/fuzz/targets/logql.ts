import aggregation from '@skein/aggregation';
import { createTestHost, type TestHost } from '@skein/core/testing';
import logAnalyzer from '@skein/log-analyzer';
import naming from '@skein/naming';
import query from '@skein/query';
import queryLogql from '@skein/query-logql';
import storageMemory from '@skein/storage-memory';
import traceAnalyzer from '@skein/trace-analyzer';
import type { FuzzTarget } from '../target.js';

const SEEDS = [
  `{service="agent::songs", service_instance='i', endpoint="/a", trace_id="t-1", http.status_code="500"} |= "x" != \`y\``,
  '{} |= "\\u00e4\\x41\\n" # all',
  'vector(1)+vector(1) * vector(-1.5e3) / vector(0) % vector(2)',
  '{level=~".+"} |~ "a" !~ "b"',
];

let host: TestHost | undefined;
async function started(): Promise<TestHost> {
  host ??= await createTestHost({
    modules: [storageMemory, naming, aggregation, traceAnalyzer, logAnalyzer, query, queryLogql],
    config: { aggregation: { window: 0 } },
  });
  return host;
}

/** LogQL over no logs: every text is answered or refused with 400. */
export const target: FuzzTarget = {
  name: 'logql',
  seeds: () => SEEDS.map((text) => Buffer.from(text)),
  async run(input) {
    const text = encodeURIComponent(Buffer.from(input).toString('utf8'));
    const kit = await started();
    for (const path of ['query_range', 'query', 'series']) {
      const name = path === 'series' ? 'match[]' : 'query';
      const { status, body } = await kit.http(`/loki/api/v1/${path}?${name}=${text}`, { listener: 'loki' });
      if (status !== 200 && status !== 400) throw new Error(`${path} answers ${status}: ${String(body)}`);
    }
  },
};
