import { setTimeout as sleep } from 'node:timers/promises';
import type { Server } from './server.js';
import { endpointName, serviceName } from './world.js';

export interface QueryFigures {
  readonly name: string;
  readonly count: number;
  /** ms, as the client sees it. */
  readonly p50: number;
  readonly p99: number;
  /** Server CPU of one query, all threads, ms: what the process took beyond what it takes for the load alone. */
  readonly cpu: number;
  /** design.md 7. */
  readonly goal: QueryGoal;
  /** What came back, so that a fast empty answer is seen for what it is. */
  readonly found: string;
}

/** ms. */
export interface QueryGoal {
  readonly p50?: number;
  readonly p99?: number;
  readonly cpu?: number;
}

/** Each query is asked for so long, ms, one after the other. The store writes behind in this rhythm, so each has its share of that. */
const ASKING = 10_000;

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

/**
 * The queries of the goals, asked one after the other, as one user would, while a load goes on for {@link QUERIES_MS}. `known`: some trace
 * ids that are stored.
 */
export async function measureQueries(server: Server, known: readonly string[]): Promise<QueryFigures[]> {
  await sleep(RAMP);
  const before = await server.sample();
  await sleep(ASKING);
  const load = ((await server.sample()).cpu - before.cpu) / ASKING;
  let turn = 0;
  const service = () => ({ serviceName: serviceName(turn++ % 50), normal: true });
  const measure = (name: string, goal: QueryGoal, ask: (i: number) => Promise<string>) => measureQuery(server, load, name, goal, ask);
  return [
    await measure('trace by id', { p50: 5, p99: 50 }, async (i) => {
      const { queryTrace } = await server.query<{ queryTrace: { spans: unknown[] } }>(TRACE, { id: known[(i * 31) % known.length] });
      return `${queryTrace.spans.length} spans`;
    }),
    await measure('trace list of 20', { p50: 20, p99: 100 }, async () => {
      const condition = {
        queryDuration: lastMinutes(15),
        traceState: 'ALL',
        queryOrder: 'BY_DURATION',
        paging: { pageNum: 1, pageSize: 20 },
      };
      const { queryBasicTraces } = await server.query<{ queryBasicTraces: { traces: unknown[] } }>(LIST, { c: condition });
      return `${queryBasicTraces.traces.length} traces`;
    }),
    await measure('10 metrics x 60 points', { cpu: 5 }, async () => {
      const data = await server.query<Record<string, { results: { values: { value: string | null }[] }[] }>>(TEN_METRICS, {
        entity: service(),
        duration: lastMinutes(60),
      });
      const points = Object.values(data)
        .flatMap((m) => m.results.flatMap((r) => r.values))
        .filter((v) => v.value !== null);
      return `${points.length} values`;
    }),
    await measure('top 20 of 5 000 endpoints, 30 minutes', { cpu: 100 }, async () => {
      const data = await server.query<Record<string, { results: { values: unknown[] }[] }>>(TOP_N, {
        entity: {},
        duration: lastMinutes(30),
      });
      return `${Object.values(data)[0]?.results[0]?.values.length} rows of ${endpointName(0)} and others`;
    }),
  ];
}

const RAMP = 2000;
/** How long {@link measureQueries} takes, about. */
export const QUERIES_MS = RAMP + 5 * ASKING;

/** `load`: server CPU without queries, microseconds per ms. */
async function measureQuery(
  server: Server,
  load: number,
  name: string,
  goal: QueryGoal,
  ask: (i: number) => Promise<string>,
): Promise<QueryFigures> {
  const times: number[] = [];
  let found = '';
  const before = await server.sample();
  const begun = performance.now();
  for (let i = 0; performance.now() < begun + ASKING; i++) {
    const started = performance.now();
    found = await ask(i);
    times.push(performance.now() - started);
  }
  const after = await server.sample();
  const cpu = (after.cpu - before.cpu - load * (performance.now() - begun)) / times.length / 1000;
  times.sort((a, b) => a - b);
  const at = (q: number): number => times[Math.min(times.length - 1, Math.floor(q * times.length))]!;
  return { name, count: times.length, p50: at(0.5), p99: at(0.99), cpu, goal, found };
}
