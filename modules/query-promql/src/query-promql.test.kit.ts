import { request as httpRequest } from 'node:http';
import { expect } from '@jest/globals';
import { createTestHost, type TestHost } from '@skein/core/testing';
import { HttpAddressesToken } from '@skein/http-server/contract';
import {
  CacheReadCommandModel,
  CORE_ENTITY_MODELS,
  DatabaseStatementModel,
  endpointId,
  endpointUpdate,
  instanceId,
  instanceUpdate,
  MetricCatalogToken,
  type MetricDefinition,
  parseMetricSignature,
  relationId,
  SegmentModel,
  serviceId,
  serviceUpdate,
  TOP_N_MODELS,
  valueReader,
} from '@skein/telemetry';
import type { Commit, EntityUpdate, MetricModel, MetricState } from '@skein/telemetry/storage';
import { MetricDelta, StorageToken } from '@skein/telemetry/storage';
import queryPromql from './module.js';

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
/** The minute in which the clock of test hosts stands. */
export const NOW = Date.UTC(2024, 0, 2, 3, 4);
export const seconds = (ms: number): number => ms / 1000;

export const shop = serviceId('shop', true);
export const cart = serviceId('cart', true);
export const mysql = serviceId('mysql:3306', false);

type Stored = MetricDefinition & { readonly model: MetricModel };

function metric(name: string, scope: string, kind: MetricDefinition['kind'], signature: string, shape: Partial<MetricModel>): Stored {
  const model: MetricModel = { kind: 'metric', name, scope, signature, slots: [], ...shape };
  const parsed = parseMetricSignature(signature);
  const labels = kind === 'labeled' ? parsed?.function.labels?.(parsed.args) : undefined;
  const common = { name, kind, scope, scopeId: 0, catalog: scope.toUpperCase(), signature, model };
  return { ...common, ...(labels ? { labels } : { value: valueReader(model) }) };
}
const perMinute = { slots: ['sum'], value: { of: [1], over: 'minutes', integer: true } } as const;
const table = { table: { key: 'int', width: 1, maxKeys: 100 } } as const;
const cpm = (name: string, scope: string): Stored => metric(name, scope, 'regular', 'cpm()', perMinute);
const numbered = metric('old_percentile', 'service', 'heatmap', 'histogram(100,20)', table);

export const METRICS = {
  serviceCpm: cpm('service_cpm', 'service'),
  serviceSla: cpm('service_sla', 'service'),
  instanceCpm: cpm('service_instance_cpm', 'service_instance'),
  endpointCpm: cpm('endpoint_cpm', 'endpoint'),
  relationCpm: cpm('service_relation_server_cpm', 'service_relation'),
  processCpm: cpm('process_cpm', 'process'),
  cpu: metric('instance_jvm_cpu', 'service_instance', 'regular', 'doubleAvg()', {
    slots: ['sum', 'sum'],
    value: { of: [1, 0], over: [0, 1], integer: false },
  }),
  percentile: metric('service_percentile', 'service', 'labeled', 'percentile2(10)', table),
  heatmap: metric('all_heatmap', 'all', 'heatmap', 'histogram(100,20)', table),
  /** As metrics of older releases: values have numbers instead of labels. */
  numbered: {
    ...numbered,
    kind: 'labeled',
    labels: (state: MetricState) => new Map(Array.from(state.table ?? [], ([key, counts]) => [String(key), counts[0] ?? 0])),
  } as Stored,
} as const;
const statements: readonly MetricDefinition[] = TOP_N_MODELS.map(({ name }) => ({
  name,
  kind: 'record',
  scope: 'service',
  scopeId: 0,
  catalog: 'SERVICE',
  signature: 'topN()',
}));
const ALL: readonly MetricDefinition[] = [...Object.values(METRICS), ...statements];

const open: TestHost[] = [];
/** Stops what the tests started. */
export async function stopAll(): Promise<void> {
  for (const host of open.splice(0)) {
    host.assertBooks();
    await host.stop();
  }
}

/** Keeps a host beyond one test; what comes back stops it. */
export function keep({ host }: { readonly host: TestHost }): () => Promise<void> {
  open.splice(open.indexOf(host), 1);
  return async () => {
    host.assertBooks();
    await host.stop();
  };
}

interface Envelope {
  readonly status: string;
  readonly data?: unknown;
  readonly errorType?: string;
  readonly error?: string;
  readonly warnings?: readonly string[];
}
type Fields = Readonly<Record<string, string | number | readonly string[]>>;

type TestModule = Parameters<typeof createTestHost>[0]['modules'][number];

/** A host with the API on a real socket, over an empty store. `modules`: the server, the storage and the reads. */
export async function start(modules: readonly TestModule[], zone = 'UTC', config: object = {}, queryConfig: object = {}) {
  const host = await createTestHost({
    modules: [...modules, queryPromql],
    services: [[MetricCatalogToken, { find: (name: string) => ALL.find((m) => m.name === name), all: () => ALL }]],
    zone,
    config: {
      'http-server': { listeners: { rest: { port: 0 }, prometheus: { port: 0 } } },
      query: queryConfig,
      'query-promql': config,
    },
  });
  open.push(host);
  const storage = host.get(StorageToken);
  const models = ALL.flatMap((m) => m.model ?? []);
  expect(await storage.open([...CORE_ENTITY_MODELS, SegmentModel, ...TOP_N_MODELS, ...models], { zone })).toEqual([]);
  let sequence = 0;
  const commit = (content: Partial<Commit>) =>
    storage.commit(
      { id: { writer: 'test', sequence: ++sequence }, records: [], entities: [], deltas: [], documents: [], ...content },
      new AbortController().signal,
    );
  const base = `http://127.0.0.1:${host.get(HttpAddressesToken).get('prometheus')!.port}`;
  const form = (fields: Fields): string => {
    const parameters = new URLSearchParams();
    for (const [name, value] of Object.entries(fields)) for (const v of [value].flat()) parameters.append(name, String(v));
    return parameters.toString();
  };
  const raw = (path: string, init?: RequestInit) => fetch(`${base}${path}`, init);
  const get = async (path: string, fields: Fields = {}): Promise<Envelope> => {
    const reply = await raw(`/api/v1/${path}?${form(fields)}`);
    expect(reply.headers.get('content-type')).toBe('application/json; charset=utf-8');
    return (await reply.json()) as Envelope;
  };
  const data = async <T>(path: string, fields: Fields = {}): Promise<T> => {
    const { status, data, error } = await get(path, fields);
    expect({ status, error }).toEqual({ status: 'success', error: undefined });
    return data as T;
  };
  return {
    host,
    raw,
    form,
    get,
    data,
    commit,
    post: async (path: string, fields: Fields): Promise<Envelope> =>
      (await (
        await raw(`/api/v1/${path}`, {
          method: 'POST',
          body: form(fields),
          headers: { 'content-type': 'application/x-www-form-urlencoded' },
        })
      ).json()) as Envelope,
    /** What curl -X GET -d sends. */
    getWithBody: (path: string, body: string) =>
      new Promise<Envelope>((resolve, reject) => {
        const headers = { 'content-type': 'application/x-www-form-urlencoded', 'content-length': Buffer.byteLength(body) };
        httpRequest(`${base}/api/v1/${path}`, { method: 'GET', headers }, (reply) => {
          const parts: Buffer[] = [];
          reply.on('data', (part: Buffer) => parts.push(part));
          reply.on('end', () => resolve(JSON.parse(Buffer.concat(parts).toString()) as Envelope));
        })
          .on('error', reject)
          .end(body);
      }),
    add: (definition: Stored, entity: string, at: number, state: MetricState) =>
      commit({ deltas: [MetricDelta.of(definition.scope, entity, at, [[definition.model, state]])] }),
    see: (...updates: readonly EntityUpdate[]) =>
      commit({ entities: updates, deltas: updates.map((u) => MetricDelta.of(u.model.name, u.id, u.at)) }),
  };
}
export type Kit = Awaited<ReturnType<typeof start>>;

export const counts = (...entries: readonly (readonly [number, number])[]): MetricState => ({
  slots: [],
  table: new Map(entries.map(([key, count]) => [key, [count]])),
});

/** Three services, two instances, three endpoints, one relation, and values in the last minutes. */
export async function fill(kit: Kit): Promise<void> {
  await kit.see(
    serviceUpdate(shop, 'shop', 'GENERAL', NOW),
    serviceUpdate(cart, 'cart', 'GENERAL', NOW),
    serviceUpdate(mysql, 'mysql:3306', 'VIRTUAL_DATABASE', NOW),
    instanceUpdate(instanceId(shop, 'shop-1'), 'shop-1', shop, 'GENERAL', NOW),
    instanceUpdate(instanceId(shop, 'shop-2'), 'shop-2', shop, 'GENERAL', NOW),
    endpointUpdate(endpointId(shop, '/order'), '/order', shop, 'GENERAL', NOW - MINUTE),
    endpointUpdate(endpointId(shop, '/basket'), '/basket', shop, 'GENERAL', NOW),
    endpointUpdate(endpointId(cart, '/order'), '/order', cart, 'GENERAL', NOW),
  );
  // shop: 6, nothing, 18 a minute; cart: 4 in the middle.
  await kit.add(METRICS.serviceCpm, shop, NOW - 2 * MINUTE, { slots: [6] });
  await kit.add(METRICS.serviceCpm, shop, NOW, { slots: [18] });
  await kit.add(METRICS.serviceCpm, cart, NOW - MINUTE, { slots: [4] });
  await kit.add(METRICS.serviceSla, shop, NOW - 2 * MINUTE, { slots: [9000] });
  await kit.add(METRICS.serviceSla, shop, NOW - MINUTE, { slots: [10_000] });
  await kit.add(METRICS.instanceCpm, instanceId(shop, 'shop-1'), NOW, { slots: [12] });
  await kit.add(METRICS.instanceCpm, instanceId(shop, 'shop-2'), NOW, { slots: [6] });
  await kit.add(METRICS.cpu, instanceId(shop, 'shop-1'), NOW, { slots: [0.3, 2] });
  await kit.add(METRICS.endpointCpm, endpointId(shop, '/order'), NOW, { slots: [5] });
  await kit.add(METRICS.endpointCpm, endpointId(cart, '/order'), NOW, { slots: [7] });
  await kit.add(METRICS.relationCpm, relationId(shop, mysql), NOW, { slots: [3] });
  // 9 calls of 10 ms, 1 of 500 ms; then one of 20 ms.
  await kit.add(METRICS.percentile, shop, NOW - MINUTE, counts([1, 9], [50, 1]));
  await kit.add(METRICS.percentile, shop, NOW, counts([2, 1]));
  await kit.add(METRICS.numbered, shop, NOW, counts([0, 11], [1, 22], [2, 33]));
  const slow = (statement: string, latency: number) => ({ id: statement, entity: mysql, statement, latency, traceId: 't', timestamp: NOW });
  const read = (id: string) => ({ id, entity: serviceId('redis', false), statement: 'get x', latency: 5, traceId: 't', timestamp: NOW });
  await kit.commit({ records: [{ model: CacheReadCommandModel, rows: [read('1'), read('2')] }] });
  await kit.commit({ records: [{ model: DatabaseStatementModel, rows: [slow('select 1', 900), slow('select 2', 700)] }] });
}
