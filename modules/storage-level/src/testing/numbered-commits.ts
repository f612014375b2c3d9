import { SegmentModel, ServiceModel } from '@skein/telemetry';
import { type Commit, MetricDelta, type MetricModel, type MetricState, type Model } from '@skein/telemetry/storage';

/** Commits whose whole content follows from their number, so that what a store should hold can be counted independently of it. */

export const WRITER = 'numbered';
export const CallsModel: MetricModel = {
  kind: 'metric',
  name: 'service_calls',
  scope: 'service',
  signature: 'sum()',
  slots: ['sum', 'max'],
  value: { of: [1, 0], integer: true },
};
export const LatencyModel: MetricModel = {
  kind: 'metric',
  name: 'service_latency',
  scope: 'service',
  signature: 'percentile2(10)',
  slots: [],
  table: { key: 'int', width: 1, maxKeys: 100 },
};
export const NUMBERED_MODELS: readonly Model[] = [SegmentModel, ServiceModel, CallsModel, LatencyModel];

const MINUTE = 60_000;
export const START = Date.UTC(2024, 0, 2, 3, 4);
/** Commits of one minute. */
const PER_MINUTE = 20;
export const SERVICES = ['a', 'b', 'c'];

export const rowsOf = (n: number): number => n % 30;
export const minuteOf = (n: number): number => START + Math.floor(n / PER_MINUTE) * MINUTE;

export const numberedCommit = (n: number): Commit => ({
  id: { writer: WRITER, sequence: n },
  records: [{ model: SegmentModel, rows: Array.from({ length: rowsOf(n) }, (_, i) => segmentRow(n, i)) }],
  entities: SERVICES.map((id) => ({
    model: ServiceModel,
    id,
    at: minuteOf(n),
    row: { name: id, layers: [`layer${n % 5}`], firstSeen: n, lastSeen: n },
  })),
  deltas: SERVICES.map((entity) => MetricDelta.of('service', entity, minuteOf(n), statesOf(n))),
  documents: [{ kind: 'numbered', id: 'last', value: n }],
});

function segmentRow(n: number, i: number) {
  return {
    segmentId: `${n}-${i}`,
    traceId: `trace-${n}`,
    service: SERVICES[i % SERVICES.length]!,
    startTime: minuteOf(n) + i,
    latency: (n * 31 + i * 7) % 1000,
    isError: i % 4 === 0,
    tags: [`commit=${n}`],
    data: Buffer.alloc(200 + (n % 300), n % 256),
  };
}

const statesOf = (n: number): ReadonlyMap<MetricModel, MetricState> =>
  new Map<MetricModel, MetricState>([
    [CallsModel, { slots: [n, n] }],
    [LatencyModel, { slots: [], table: new Map([[n % 10, [1]]]) }],
  ]);
