import { afterEach, describe, expect, it } from '@jest/globals';
import { skywalking } from '@skein/proto';
import query from '@skein/query';
import storageMemory from '@skein/storage-memory';
import { relationId, SegmentModel, ServiceRelationClientModel, serviceId } from '@skein/telemetry';
import { MetricDelta, type Storage, StorageToken } from '@skein/telemetry/storage';
import { MINUTE, range, shop, start as startWith, stopAll, T0 } from './graphql.test.kit.js';

const start = (config?: object) => startWith([storageMemory, query], [], config);
type Kit = Awaited<ReturnType<typeof start>>;
let counting = false;
afterEach(() => {
  counting = false;
  return stopAll();
});

/** Counts the rounds of the event loop until the test ends. */
function countRounds(): { readonly count: () => number } {
  let rounds = 0;
  counting = true;
  const count = (): void => {
    rounds++;
    if (counting) setImmediate(count);
  };
  setImmediate(count);
  return { count: () => rounds };
}

/** A trace of one segment. */
async function store(kit: Kit, traceId: string, spans: number, operationName = 'op'): Promise<void> {
  const { SegmentObject } = skywalking.v3;
  const span = (spanId: number) => ({ spanId, parentSpanId: spanId - 1, startTime: T0, endTime: T0 + 1, operationName, spanType: 2 });
  const segment = {
    traceId,
    traceSegmentId: `s-${traceId}`,
    service: 'shop',
    serviceInstance: 'i',
    spans: Array.from({ length: spans }, (_, i) => span(i)),
  };
  const data = SegmentObject.encode(SegmentObject.fromObject(segment)).finish();
  const row = {
    segmentId: `s-${traceId}`,
    traceId,
    service: shop,
    instance: 'i',
    endpoint: 'e',
    startTime: T0,
    latency: 1,
    isError: false,
    tags: [],
    data,
  };
  await kit.commit({ records: [{ model: SegmentModel, rows: [row] }] });
}

/** Counts and may replace the calls of a verb of the storage. */
function watch(kit: Kit, verb: 'group' | 'entities', answer?: () => Promise<unknown>): { readonly calls: () => number } {
  const storage = kit.host.get(StorageToken) as unknown as Record<string, (...args: readonly unknown[]) => unknown>;
  const own = storage[verb]!.bind(storage);
  let calls = 0;
  Object.assign(storage, {
    [verb]: (...args: Parameters<Storage['group']>) => {
      calls++;
      return answer ? answer() : own(...args);
    },
  });
  return { calls: () => calls };
}

const aliases = (count: number, field: (i: number) => string): string =>
  `{ ${Array.from({ length: count }, (_, i) => `a${i}: ${field(i)}`).join(' ')} }`;
const warnings = (kit: Kit) => kit.logs.filter((l) => l.message === 'the answer to a query is incomplete');

describe('a read that was cut', () => {
  const nothing = async () => ({ items: [], complete: false });

  it('is an error of every field that it belongs to, beside what was found', async () => {
    const kit = await start();
    watch(kit, 'group', nothing);
    const { status, json } = await kit.post({
      query: '{ version a: queryTrace(traceId: "t") { spans { spanId } } b: queryTrace(traceId: "t") { spans { spanId } } }',
    });
    expect([status, json.data]).toEqual([200, { version: expect.any(String), a: { spans: [] }, b: { spans: [] } }]);
    const message = 'incomplete: segment: the search did not end in time (10000 ms); narrow the range';
    expect(json.errors).toEqual([
      { message, path: ['a'], locations: [{ line: 1, column: 11 }] },
      { message, path: ['b'], locations: [{ line: 1, column: expect.any(Number) }] },
    ]);
  });

  it('is an error of topologies, lists and entities, too', async () => {
    const kit = await start();
    watch(kit, 'entities', nothing);
    const text = `query ($duration: Duration!) { getGlobalTopology(duration: $duration) { nodes { id } } listServices { id } getService(serviceId: "${shop}") { id }
      listInstances(duration: $duration, serviceId: "x") { id } findEndpoint(serviceId: "x", limit: 1) { id } queryTraceTagAutocompleteKeys(duration: $duration) }`;
    const { json } = await kit.post({ query: text, variables: range });
    expect(new Set(json.errors.map((e: { path: string[] }) => e.path[0]))).toEqual(new Set(Object.keys(json.data)));
  });

  it('is logged once for a query and once in ten seconds, with the field and the limit', async () => {
    const kit = await start();
    watch(kit, 'group', nothing);
    const ask = () => kit.post({ query: aliases(40, (i) => `queryTrace(traceId: "t${i}") { spans { spanId } }`) });
    expect((await ask()).json.errors).toHaveLength(40);
    await ask();
    await kit.host.clock.advance(9_999);
    await ask();
    expect(warnings(kit)).toHaveLength(1);
    const first = 'queryTrace: incomplete: segment: the search did not end in time (10000 ms); narrow the range';
    expect(warnings(kit)[0]).toMatchObject({ fields: { cuts: [first, first, first], more: 37 } });
    await kit.host.clock.advance(1);
    await ask();
    expect(warnings(kit)[1]).toMatchObject({ fields: { suppressed: 2 } });
  });
});

describe('one query', () => {
  it('reads the same trace and the same topology once', async () => {
    const kit = await start();
    await store(kit, 't', 3);
    const groups = watch(kit, 'group');
    const data = await kit.ask(aliases(30, () => 'queryTrace(traceId: "t") { spans { spanId } }'));
    expect(Object.values(data)).toEqual(Array.from({ length: 30 }, () => ({ spans: [{ spanId: 0 }, { spanId: 1 }, { spanId: 2 }] })));
    // The segments, and what others saw of their spans.
    expect(groups.calls()).toBe(2);
    const entities = watch(kit, 'entities');
    const topology = (n: number) =>
      kit.ask(`query ($duration: Duration!) ${aliases(n, () => 'getGlobalTopology(duration: $duration) { nodes { id } }')}`, range);
    await topology(1);
    const once = entities.calls();
    await topology(30);
    expect(entities.calls()).toBe(2 * once);
  });

  it('may ask for whole traces, topologies and the schema a few dozen times at most', async () => {
    const kit = await start();
    for (const field of [
      () => 'queryTrace(traceId: "t") { spans { spanId } }',
      () => `getGlobalTopology(duration: {start: "2024-01-02", end: "2024-01-02", step: DAY}) { nodes { id } }`,
      () => '__schema { types { name } }',
    ]) {
      const { status, json } = await kit.post({ query: aliases(50, field) });
      expect([status, json.errors[0].message]).toEqual([
        400,
        expect.stringMatching(/^the query selects \d+ fields, 5000 are allowed; traces/),
      ]);
      expect((await kit.post({ query: aliases(9, field) })).status).toBe(200);
    }
  });

  it('ends when its answer grows too long, however that is spread over fields', async () => {
    const kit = await start({ maxAnswer: 1_048_576 });
    await store(kit, 't', 100, 'x'.repeat(1000));
    const field = () => 'queryTrace(traceId: "t") { spans { endpointName } }';
    expect((await kit.post({ query: aliases(9, field) })).json.errors).toBeUndefined();
    const much = await kit.post({ query: aliases(12, field) });
    expect([much.status, much.json]).toEqual([
      200,
      { errors: [{ message: 'the answer is longer than 1048576 bytes; ask for less in one query' }], data: null },
    ]);
    const longName = `a${'b'.repeat(20_000)}`;
    const named = await kit.post({ query: `{ queryTrace(traceId: "t") { spans { ${longName}: spanId } } }` });
    expect(named.json.errors[0].message).toContain('longer than 1048576 bytes');
  });

  it('gives way while it answers a trace of thousands of spans to many fields', async () => {
    const kit = await start();
    await store(kit, 't', 2560);
    const rounds = countRounds();
    const few = async (n: number) => {
      const before = rounds.count();
      const data = await kit.ask(aliases(n, () => 'queryTrace(traceId: "t") { spans { spanId tags { key } } }'));
      expect(Object.values(data).every((t) => (t as { spans: readonly unknown[] }).spans.length === 2560)).toBe(true);
      return rounds.count() - before;
    };
    // A turn for every 256 spans of each of the fields.
    expect(await few(5)).toBeGreaterThanOrEqual(5 * 9);
  });

  it('draws thousands of peers to all who ask', async () => {
    const kit = await start();
    const seen = Array.from({ length: 2000 }, (_, i) => {
      const dest = serviceId(`10.0.0.1:${i}`, false);
      const row = { source: shop, dest, sourceService: shop, destService: dest, components: ['33'] };
      return { model: ServiceRelationClientModel, id: relationId(shop, dest), at: T0, row };
    });
    const deltas = seen.map((e) => MetricDelta.of(e.model.name, e.id, Math.floor(T0 / MINUTE) * MINUTE));
    await kit.commit({ entities: seen, deltas });
    const data = await kit.ask(
      `query ($duration: Duration!) ${aliases(5, () => 'getGlobalTopology(duration: $duration) { nodes { id } calls { id } }')}`,
      range,
    );
    expect(Object.values(data).map((t) => (t as { nodes: unknown[] }).nodes.length)).toEqual([2001, 2001, 2001, 2001, 2001]);
  });

  it('logs one of the fields that failed inside', async () => {
    const kit = await start();
    watch(kit, 'group', async () => {
      throw new Error('the disk is gone');
    });
    const { json } = await kit.post({ query: aliases(20, (i) => `queryTrace(traceId: "t${i}") { spans { spanId } }`) });
    expect(json.errors.map((e: { message: string }) => e.message)).toEqual(Array.from({ length: 20 }, () => 'internal error'));
    expect(kit.logs.filter((l) => l.message === 'a GraphQL field failed')).toMatchObject([{ fields: { fields: 20 } }]);
  });
});
