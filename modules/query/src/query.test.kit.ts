import { expect } from '@jest/globals';
import { createTestHost, type TestHost } from '@skein/core/testing';
import {
  CORE_ENTITY_MODELS,
  MetricCatalogToken,
  type MetricDefinition,
  parseMetricSignature,
  SegmentModel,
  serviceId,
  TOP_N_MODELS,
  valueReader,
} from '@skein/telemetry';
import type { Commit, EntityUpdate, MetricModel, MetricState } from '@skein/telemetry/storage';
import { MetricDelta, StorageToken } from '@skein/telemetry/storage';
import { MetadataQueryToken, MetricsQueryToken, TimeQueryToken, TopologyQueryToken, TraceQueryToken } from './contract.js';
import query from './module.js';

type TestModule = Parameters<typeof createTestHost>[0]['modules'][number];

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
/** 2024-01-02 02:40 in UTC, 08:10 in India. */
export const T0 = Date.UTC(2024, 0, 2, 2, 40);

const metric = (
  name: string,
  scope: string,
  kind: MetricDefinition['kind'],
  signature: string,
  shape: Partial<MetricModel>,
): MetricDefinition & { readonly model: MetricModel } => {
  const model: MetricModel = { kind: 'metric', name, scope, signature, slots: [], ...shape };
  const parsed = parseMetricSignature(signature);
  const labels = kind === 'labeled' ? parsed?.function.labels?.(parsed.args) : undefined;
  const common = { name, kind, scope, scopeId: 0, catalog: scope.toUpperCase(), signature, model };
  return { ...common, ...(labels ? { labels } : { value: valueReader(model) }) };
};
const perMinute = { slots: ['sum'], value: { of: [1], over: 'minutes', integer: true } } as const;
const average = { slots: ['sum', 'sum'], value: { of: [1, 0], over: [0, 1], integer: true } } as const;
export const serviceCpm = metric('service_cpm', 'service', 'regular', 'cpm()', perMinute);
const serviceTime = metric('service_resp_time', 'service', 'regular', 'longAvg()', average);
export const percentile = metric('service_percentile', 'service', 'labeled', 'percentile2(10)', {
  table: { key: 'int', width: 1, maxKeys: 100 },
});
export const heatmap = metric('all_heatmap', 'all', 'heatmap', 'histogram(100,20)', { table: { key: 'int', width: 1, maxKeys: 21 } });
export const endpointCpm = metric('endpoint_cpm', 'endpoint', 'regular', 'cpm()', perMinute);
const relationCpm = metric('service_relation_server_cpm', 'service_relation', 'regular', 'cpm()', perMinute);
export const METRICS: readonly MetricDefinition[] = [
  serviceCpm,
  serviceTime,
  percentile,
  heatmap,
  endpointCpm,
  relationCpm,
  ...TOP_N_MODELS.map(
    ({ name }): MetricDefinition => ({ name, kind: 'record', scope: 'service', scopeId: 0, catalog: 'SERVICE', signature: 'topN()' }),
  ),
];
export const catalog = { find: (name: string) => METRICS.find((m) => m.name === name), all: () => METRICS };

const open: TestHost[] = [];
/** Stops what the tests started. */
export async function stopAll(): Promise<void> {
  for (const host of open.splice(0)) await host.stop();
}

/** A host with the query module over an empty store. */
export async function start(storageModule: TestModule, zone = 'UTC', config: object = {}) {
  const kit = await createTestHost({
    modules: [storageModule, query],
    services: [[MetricCatalogToken, catalog]],
    zone,
    config: { query: config },
  });
  open.push(kit);
  const storage = kit.get(StorageToken);
  const models = METRICS.flatMap((m) => m.model ?? []);
  expect(await storage.open([...CORE_ENTITY_MODELS, SegmentModel, ...TOP_N_MODELS, ...models], { zone })).toEqual([]);
  let sequence = 0;
  const commit = (content: Partial<Commit>) =>
    storage.commit(
      { id: { writer: 'test', sequence: ++sequence }, records: [], entities: [], deltas: [], documents: [], ...content },
      new AbortController().signal,
    );
  return {
    host: kit,
    time: kit.get(TimeQueryToken),
    metadata: kit.get(MetadataQueryToken),
    metrics: kit.get(MetricsQueryToken),
    topology: kit.get(TopologyQueryToken),
    traces: kit.get(TraceQueryToken),
    commit,
    see: (...updates: readonly EntityUpdate[]) =>
      commit({
        entities: updates,
        deltas: updates.map((u) => MetricDelta.of(u.model.name, u.id, u.at)),
      }),
    add: (model: MetricModel, entity: string, minute: number, state: MetricState) =>
      commit({ deltas: [MetricDelta.of(model.scope, entity, minute, [[model, state]])] }),
  };
}
export type Kit = Awaited<ReturnType<typeof start>>;

export const minutes = (kit: Kit, start: string, end: string) =>
  kit.time.parse({ start: `2024-01-02 ${start}`, end: `2024-01-02 ${end}`, step: 'MINUTE' });
export const A = { serviceName: 'a', normal: true };
export const a = serviceId('a', true);
export const b = serviceId('b', true);
export const table = (...entries: readonly (readonly [number, number])[]): MetricState => ({
  slots: [],
  table: new Map(entries.map(([key, count]) => [key, [count]])),
});

/** Counts the rounds of the event loop until it is stopped. */
export function countRounds(): { readonly stop: () => number } {
  let rounds = 0;
  let counting = true;
  const count = (): void => {
    if (!counting) return;
    rounds++;
    setImmediate(count);
  };
  setImmediate(count);
  return {
    stop: () => {
      counting = false;
      return rounds;
    },
  };
}
