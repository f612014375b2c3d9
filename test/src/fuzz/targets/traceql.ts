import aggregation from '@skein/aggregation';
import { createTestHost, type TestHost } from '@skein/core/testing';
import naming from '@skein/naming';
import query from '@skein/query';
import queryTraceql from '@skein/query-traceql';
import storageMemory from '@skein/storage-memory';
import traceAnalyzer from '@skein/trace-analyzer';
import type { FuzzTarget } from '../target.js';

const SEEDS = [
  '{ resource.service.name = "a" && .service.instance.id=`i` && name="/e" && status=error && span."a b"=5 && duration>1.5ms }',
  '{ span:duration <= 100 && kind = server && .x =~ "y" }',
  'service.name=shop name="GET \\"/\\"" http.status_code=500',
  '{}',
];

let host: TestHost | undefined;
async function started(): Promise<TestHost> {
  host ??= await createTestHost({
    modules: [storageMemory, naming, aggregation, traceAnalyzer, query, queryTraceql],
    config: { aggregation: { window: 0 } },
  });
  return host;
}

/** TraceQL and tags over no traces: every text is answered or refused with 400. */
export const target: FuzzTarget = {
  name: 'traceql',
  seeds: () => SEEDS.map((text) => Buffer.from(text)),
  async run(input) {
    const text = encodeURIComponent(Buffer.from(input).toString('utf8'));
    const kit = await started();
    for (const name of ['q', 'tags']) {
      const { status, body } = await kit.http(`/skywalking/api/search?${name}=${text}`, { listener: 'tempo' });
      if (status !== 200 && status !== 400) throw new Error(`${name} answers ${status}: ${String(body)}`);
    }
  },
};
