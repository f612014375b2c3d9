import { expect } from '@jest/globals';
import { defineModule, type Logger } from '@skein/core';
import { createTestHost, type TestHost } from '@skein/core/testing';
import { skywalking } from '@skein/proto';
import {
  CORE_ENTITY_MODELS,
  endpointId,
  instanceId,
  instanceUpdate,
  MetricCatalogToken,
  type MetricDefinition,
  parseMetricSignature,
  SegmentModel,
  ServiceDatabaseStatementModel,
  serviceId,
  serviceUpdate,
  TOP_N_MODELS,
  valueReader,
} from '@skein/telemetry';
import { type Commit, MetricDelta, type MetricModel, type Storage, StorageToken } from '@skein/telemetry/storage';
import { type GraphqlExtension, GraphqlResolvers } from './contract.js';
import queryGraphql from './module.js';

type TestModule = Parameters<typeof createTestHost>[0]['modules'][number];

export const T0 = Date.UTC(2024, 0, 2, 3, 0);
export const MINUTE = 60_000;
export const shop = serviceId('shop', true);

const metric = (name: string, kind: MetricDefinition['kind'], signature: string, shape: Partial<MetricModel>, scope = 'service') => {
  const model: MetricModel = { kind: 'metric', name, scope, signature, slots: [], ...shape };
  const parsed = parseMetricSignature(signature);
  const labels = kind === 'labeled' ? parsed?.function.labels?.(parsed.args) : undefined;
  return { name, kind, scope, scopeId: 1, catalog: 'SERVICE', signature, model, ...(labels ? { labels } : { value: valueReader(model) }) };
};
const cpm = metric('service_cpm', 'regular', 'cpm()', { slots: ['sum'], value: { of: [1], over: 'minutes', integer: true } });
const percentile = metric('service_percentile', 'labeled', 'percentile2(10)', { table: { key: 'int', width: 1, maxKeys: 9 } });
const heatmap = metric('all_heatmap', 'heatmap', 'histogram(100,20)', { table: { key: 'int', width: 1, maxKeys: 21 } }, 'all');
const statements = {
  name: ServiceDatabaseStatementModel.name,
  kind: 'record',
  scope: 'service',
  scopeId: 1,
  catalog: 'SERVICE',
  signature: '',
} as const;
const METRICS: readonly MetricDefinition[] = [cpm, percentile, heatmap, statements];
export const catalog = { find: (name: string) => METRICS.find((m) => m.name === name), all: () => METRICS };

const hosts: TestHost[] = [];
/** Stops what the tests started. */
export async function stopAll(): Promise<void> {
  for (const host of hosts.splice(0)) await host.stop();
}

/** A line that a module logged as a warning or an error. */
export interface LoggedLine {
  readonly message: string;
  readonly fields: object | undefined;
}

export async function start(modules: readonly TestModule[], extensions: readonly GraphqlExtension[] = [], config: object = {}) {
  const extending = defineModule({
    name: 'extending',
    contributes: [GraphqlResolvers],
    activate: ({ contribute }) => {
      for (const extension of extensions) contribute(GraphqlResolvers, extension);
    },
  });
  const logs: LoggedLine[] = [];
  const log: Logger['warn'] = (message, fields) => void logs.push({ message, fields });
  const quiet = (): void => undefined;
  const host = await createTestHost({
    logger: { debug: quiet, info: quiet, warn: log, error: log },
    modules: [...modules, queryGraphql, extending],
    services: [[MetricCatalogToken, catalog]],
    config: { 'query-graphql': config },
  });
  hosts.push(host);
  const storage: Storage = host.get(StorageToken);
  const models = METRICS.flatMap((m) => m.model ?? []);
  await storage.open([...CORE_ENTITY_MODELS, SegmentModel, ...TOP_N_MODELS, ...models], { zone: 'UTC' });
  const post = async (body: object | string, headers: Record<string, string> = {}) => {
    const reply = await host.http('/graphql', { method: 'POST', headers, body });
    const text = String(reply.body);
    return { status: reply.status, headers: reply.headers, text, json: text.startsWith('{') ? JSON.parse(text) : undefined };
  };
  let sequence = 0;
  return {
    host,
    logs,
    post,
    ask: async (document: string, variables?: object) => {
      const reply = await post({ query: document, variables });
      expect(reply.json?.errors).toBeUndefined();
      expect(reply.status).toBe(200);
      return reply.json.data;
    },
    commit: (content: Partial<Commit>) =>
      storage.commit(
        { id: { writer: 'test', sequence: ++sequence }, records: [], entities: [], deltas: [], documents: [], ...content },
        new AbortController().signal,
      ),
  };
}

/** A host that knows one service with an instance, metrics, a slow statement and a segment. */
export async function startWithData(modules: readonly TestModule[]) {
  const kit = await start(modules);
  const row = serviceUpdate(shop, 'shop', 'GENERAL', T0);
  const instance = instanceUpdate(instanceId(shop, 'i'), 'i', shop, 'GENERAL', T0, '{"language":"nodejs","host":"h"}');
  await kit.commit({
    entities: [row, instance],
    deltas: [
      MetricDelta.of('service', shop, T0, [[cpm.model, { slots: [120] }]]),
      MetricDelta.of('service', shop, T0 + 2 * MINUTE, [[cpm.model, { slots: [61] }]]),
      MetricDelta.of('service', shop, T0, [[percentile.model, { slots: [], table: new Map([[4, [9]]]) }]]),
      MetricDelta.of('all', '', T0, [
        [
          heatmap.model,
          {
            slots: [],
            table: new Map([
              [0, [2]],
              [100, [1]],
            ]),
          },
        ],
      ]),
    ],
    records: [
      {
        model: ServiceDatabaseStatementModel,
        rows: [{ id: 'x', entity: shop, statement: 'select 1', latency: 700, traceId: 't', timestamp: T0 }],
      },
      {
        model: SegmentModel,
        rows: [
          {
            segmentId: 's',
            traceId: 't',
            service: shop,
            instance: instanceId(shop, 'i'),
            endpoint: endpointId(shop, '/buy'),
            startTime: T0,
            latency: 5,
            isError: true,
            tags: ['http.method=GET'],
            data: skywalking.v3.SegmentObject.encode(
              skywalking.v3.SegmentObject.fromObject({
                traceId: 't',
                traceSegmentId: 's',
                service: 'shop',
                serviceInstance: 'i',
                spans: [
                  { spanId: 0, parentSpanId: -1, startTime: T0, endTime: T0 + 5, operationName: '/buy', componentId: 4002, spanLayer: 3 },
                ],
              }),
            ).finish(),
          },
        ],
      },
    ],
  });
  return kit;
}
export const duration = (start: string, end: string) => ({ start: `2024-01-02 ${start}`, end: `2024-01-02 ${end}`, step: 'MINUTE' });
export const range = { duration: duration('0300', '0302') };
export const entity = { serviceName: 'shop', normal: true };
