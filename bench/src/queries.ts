import type { Server } from './server.js';
import { endpointName, serviceName } from './world.js';

export interface Latencies {
  readonly name: string;
  readonly count: number;
  /** ms, as the client sees it. */
  readonly p50: number;
  readonly p99: number;
  /** What came back, so that a fast empty answer is seen for what it is. */
  readonly found: string;
}

const TRACE =
  'query ($id: ID!) { queryTrace(traceId: $id) { spans { traceId segmentId spanId parentSpanId endpointName startTime endTime tags { key value } } } }';
const LIST = `query ($c: TraceQueryCondition) { queryBasicTraces(condition: $c) { traces { segmentId endpointNames duration start isError traceIds } } }`;
const EXPRESSION =
  'execExpression(expression: $e$, entity: $entity, duration: $duration) { type error results { metric { labels { key value } } values { id value } } }';
const METRICS = [
  'service_cpm',
  'service_resp_time',
  'service_sla',
  'service_apdex',
  'service_percentile',
  'avg(service_cpm)',
  'max(service_resp_time)',
  'service_sla/100',
  'service_cpm*2',
  'latest(service_apdex)',
];
const TEN_METRICS = `query ($entity: Entity!, $duration: Duration!) { ${METRICS.map((e, i) => `m${i}: ${EXPRESSION.replace('$e$', JSON.stringify(e))}`).join(' ')} }`;
const TOP_N = `query ($entity: Entity!, $duration: Duration!) { ${EXPRESSION.replace('$e$', '"top_n(endpoint_resp_time,20,des)"')} }`;

const pad = (n: number): string => String(n).padStart(2, '0');
/** `yyyy-MM-dd HHmm` in UTC, the zone that the benchmark's server runs in. */
const minuteText = (ms: number): string => {
  const d = new Date(ms);
  return `${d.getUTCFullYear()}-${pad(d.getUTCMonth() + 1)}-${pad(d.getUTCDate())} ${pad(d.getUTCHours())}${pad(d.getUTCMinutes())}`;
};
const lastMinutes = (minutes: number) => ({
  start: minuteText(Date.now() - (minutes - 1) * 60_000),
  end: minuteText(Date.now()),
  step: 'MINUTE',
});

/** The queries of the goals in docs/performance.md, asked one after the other, as one user would. */
export async function measureQueries(server: Server, traceIds: readonly string[], rounds: number): Promise<Latencies[]> {
  let turn = 0;
  const service = () => ({ serviceName: serviceName(turn++ % 50), normal: true });
  return [
    await measure('trace by id', rounds, async (i) => {
      const { queryTrace } = await server.query<{ queryTrace: { spans: unknown[] } }>(TRACE, { id: traceIds[(i * 31) % traceIds.length] });
      return `${queryTrace.spans.length} spans`;
    }),
    await measure('trace list of 20', rounds, async () => {
      const condition = {
        queryDuration: lastMinutes(15),
        traceState: 'ALL',
        queryOrder: 'BY_DURATION',
        paging: { pageNum: 1, pageSize: 20 },
      };
      const { queryBasicTraces } = await server.query<{ queryBasicTraces: { traces: unknown[] } }>(LIST, { c: condition });
      return `${queryBasicTraces.traces.length} traces`;
    }),
    await measure('10 metrics x 60 points', rounds, async () => {
      const data = await server.query<Record<string, { results: { values: { value: string | null }[] }[] }>>(TEN_METRICS, {
        entity: service(),
        duration: lastMinutes(60),
      });
      const points = Object.values(data)
        .flatMap((m) => m.results.flatMap((r) => r.values))
        .filter((v) => v.value !== null);
      return `${points.length} values`;
    }),
    await measure('top 20 of 5 000 endpoints, 30 minutes', Math.ceil(rounds / 10), async () => {
      const data = await server.query<Record<string, { results: { values: unknown[] }[] }>>(TOP_N, {
        entity: {},
        duration: lastMinutes(30),
      });
      return `${Object.values(data)[0]?.results[0]?.values.length} rows of ${endpointName(0)} and others`;
    }),
  ];
}

/** Asks `count` times, or for 15 s, whichever ends first. */
async function measure(name: string, count: number, ask: (i: number) => Promise<string>): Promise<Latencies> {
  const times: number[] = [];
  let found = '';
  const giveUp = performance.now() + 15_000;
  for (let i = 0; i < count && performance.now() < giveUp; i++) {
    const started = performance.now();
    found = await ask(i);
    times.push(performance.now() - started);
  }
  times.sort((a, b) => a - b);
  const at = (q: number): number => times[Math.min(times.length - 1, Math.floor(q * times.length))]!;
  return { name, count: times.length, p50: at(0.5), p99: at(0.99), found };
}
