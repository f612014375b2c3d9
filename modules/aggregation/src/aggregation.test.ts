import { describe, expect, test } from '@jest/globals';
import { contribution, defineModule, type Receipt, type StreamError } from '@skein/core';
import { createHost } from '@skein/core/host';
import { checkModule, createTestHost, seededRandom, TEST_START, TestClock, type TestHost } from '@skein/core/testing';
import {
  CORE_ENTITY_MODELS,
  CORE_SOURCES,
  EndpointModel,
  MetricCatalogToken,
  type MetricRegistry,
  MetricRegistryToken,
  NO_SIDE_CAR,
  OalScripts,
  type Observation,
  observations,
  RequestType,
  SegmentModel,
  ServiceDefinition,
  ServiceModel,
  type ServiceSource,
  type Source,
  type SourceDefinition,
  Sources,
  StorageModels,
  serviceId,
  serviceUpdate,
  TOP_N_MODELS,
} from '@skein/telemetry';
import { type RecordRow, type Storage, StorageToken } from '@skein/telemetry/storage';
import { FakeStorage } from './fake-storage.js';
import aggregation from './module.js';

const OAL = `
service_cpm = from(Service.*).cpm();
service_resp_time = from(Service.latency).longAvg();
service_percentile = from(Service.latency).percentile2(10);
all_percentile = from(All.latency).percentile2(10);
endpoint_resp_time = from(Endpoint.latency).longAvg();`;

const ID = serviceId('shop', true);

const call = (more: Partial<ServiceSource> = {}): ServiceSource => ({
  definition: ServiceDefinition,
  entity: ID,
  time: TEST_START,
  name: 'shop',
  layer: 'GENERAL',
  serviceInstanceName: 'one',
  endpointName: '/',
  latency: 25,
  status: true,
  httpResponseStatusCode: 200,
  rpcStatusCode: undefined,
  type: RequestType.HTTP,
  tags: [],
  tag: () => undefined,
  sideCar: NO_SIDE_CAR,
  ...more,
});
const observed = (more: Partial<Observation> = {}): Observation => ({
  sources: [call()],
  records: [],
  entities: [],
  weight: 1000,
  ...more,
});
const segment = (segmentId: string, more: object = {}): RecordRow => ({
  model: SegmentModel,
  row: { segmentId, traceId: 't', service: ID, startTime: TEST_START, latency: 1, isError: false, data: new Uint8Array(3), ...more },
});

interface Started {
  readonly kit: TestHost;
  readonly storage: FakeStorage;
  readonly send: (...items: Observation[]) => Promise<Receipt>;
  /** Publishes, and waits until everything is durable. */
  readonly store: (...items: Observation[]) => Promise<void>;
}

interface Options {
  readonly config?: object;
  readonly storage?: FakeStorage;
  readonly oal?: string;
  readonly clock?: TestClock;
  readonly more?: Parameters<typeof createTestHost>[0]['modules'];
}

async function start(o: Options = {}): Promise<Started> {
  const storage = o.storage ?? new FakeStorage();
  const words = defineModule({
    name: 'words',
    contributes: [
      contribution(Sources, ...CORE_SOURCES),
      contribution(StorageModels, ...CORE_ENTITY_MODELS, SegmentModel, ...TOP_N_MODELS),
      contribution(OalScripts, { file: 'words.oal', text: o.oal ?? OAL }),
    ],
  });
  const kit = await createTestHost({
    modules: [words, aggregation, ...(o.more ?? [])],
    services: [[StorageToken, storage]],
    config: { aggregation: { window: 0, ...o.config } },
    ...(o.clock && { clock: o.clock }),
  });
  const publisher = kit.publisher(observations);
  const send = (...items: Observation[]) => publisher.publish(items);
  return { kit, storage, send, store: async (...items) => (await send(...items)).handled };
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const turns = async (count = 10): Promise<void> => {
  for (let i = 0; i < count; i++) await turn();
};
const outcome = (receipt: Receipt): Promise<string> =>
  receipt.handled.then(
    () => 'stored',
    (error: StreamError) => `${error.code}${error.retryable ? ' retryable' : ''}`,
  );

/** A module that registers a metric of its own source while it is activated, with the registry kept for later. */
const MeterDefinition: SourceDefinition = {
  name: 'Meter_busy',
  scopeId: 1,
  scope: 'service',
  catalog: 'SERVICE',
  attributes: { value: { type: 'long' }, label: { type: 'string' } },
};
function registering(text: string, kept: { registry?: MetricRegistry } = {}, more: Partial<SourceDefinition> = {}) {
  return defineModule({
    name: 'rules',
    needs: { registry: MetricRegistryToken },
    activate({ services: { registry } }) {
      kept.registry = registry;
      registry.add('rules', { sources: [{ ...MeterDefinition, ...more }], scripts: [{ file: 'busy.yaml', text }] });
    },
  });
}

describe('windows', () => {
  test('a batch becomes durable metrics, rows, activity and records in one commit', async () => {
    const { kit, storage, store } = await start();
    await store(observed({ sources: [call({ latency: 10 }), call({ latency: 31 })], records: [segment('s1'), segment('s2')] }));
    expect(storage.commits).toHaveLength(1);
    const [commit] = storage.commits;
    expect(commit!.records).toMatchObject([{ model: SegmentModel, rows: [{ segmentId: 's1' }, { segmentId: 's2' }] }]);
    expect(commit!.entities).toMatchObject([{ model: ServiceModel, id: ID, at: TEST_START, row: { name: 'shop', layers: ['GENERAL'] } }]);
    expect(commit!.deltas).toHaveLength(1);
    expect(commit!.deltas[0]).toMatchObject({ scope: 'service', entity: ID, minute: TEST_START });
    expect(Array.from(storage.metric('service_resp_time', ID)!.slots)).toEqual([41, 2]);
    kit.assertBooks();
    await kit.stop();
  });

  test('batches that come within a window share its commit', async () => {
    const { kit, storage, send } = await start({ config: { window: '100ms' } });
    const first = outcome(await send(observed()));
    await kit.clock.advance(99);
    const second = outcome(await send(observed()));
    expect(storage.commits).toHaveLength(0);
    await kit.clock.advance(1);
    expect(await Promise.all([first, second])).toEqual(['stored', 'stored']);
    expect(storage.commits).toHaveLength(1);
    await kit.stop();
  });

  test('a window that is heavy enough does not wait', async () => {
    const { kit, storage, send } = await start({ config: { window: '1m', maxWindowBytes: '64KiB' } });
    const light = outcome(await send(observed({ weight: 1000 })));
    const heavy = outcome(await send(observed({ weight: 70_000 })));
    expect(await Promise.all([light, heavy])).toEqual(['stored', 'stored']);
    expect(storage.commits).toHaveLength(1);
    await kit.stop();
  });

  test('the last window is committed when the host stops', async () => {
    const { kit, storage, send } = await start({ config: { window: '1m' } });
    const last = outcome(await send(observed()));
    const report = await kit.stop();
    expect(report).toEqual({ lost: [], problems: [] });
    expect(await last).toBe('stored');
    expect(storage.commits).toHaveLength(1);
  });

  test('a host with nothing to do sets no timer', async () => {
    class CountingClock extends TestClock {
      live = 0;
      override setTimeout(run: () => void, ms: number): Disposable {
        this.live++;
        let counted = true;
        const over = (): void => {
          if (counted) this.live--;
          counted = false;
        };
        const timer = super.setTimeout(() => {
          over();
          run();
        }, ms);
        return {
          [Symbol.dispose]: () => {
            over();
            timer[Symbol.dispose]();
          },
        };
      }
    }
    const clock = new CountingClock();
    const { kit, send } = await start({ clock, config: { window: '100ms' } });
    const idle = clock.live;
    const receipt = await send(observed());
    expect(clock.live).toBeGreaterThan(idle);
    await clock.advance(100);
    await receipt.handled;
    await turns();
    expect(clock.live).toBe(idle);
    await kit.stop();
  });
});

describe('rows of sources', () => {
  test('are written once for each entity, minute and variant, over all windows', async () => {
    const { kit, storage, store } = await start();
    for (let i = 0; i < 3; i++) await store(observed({ sources: [call(), call({ layer: 'MESH' }), call()] }));
    expect(storage.rows('service')).toMatchObject([{ row: { layers: ['GENERAL', 'MESH'] } }]);
    await kit.clock.advance(60_000);
    await store(observed({ sources: [call({ time: TEST_START + 60_000 })] }));
    expect(storage.rows('service')).toMatchObject([{}, { row: { lastSeen: TEST_START + 60_000 } }]);
    expect(Array.from(storage.metric('service_cpm', ID)!.slots)).toEqual([10]);
    await kit.stop();
  });

  test('equal updates are written once, different ones of one instant are merged', async () => {
    const { kit, storage, store } = await start();
    const update = serviceUpdate(ID, 'shop', 'GENERAL', TEST_START);
    await store(observed({ sources: [], entities: [update, update, serviceUpdate(ID, 'shop', 'FAAS', TEST_START)] }));
    await store(observed({ sources: [], entities: [update] }));
    expect(storage.rows('service')).toMatchObject([{ row: { layers: ['FAAS', 'GENERAL'] } }]);
    expect(storage.deltas()).toMatchObject([{ scope: 'service', entity: ID, minute: TEST_START, metrics: new Map() }]);
    await kit.stop();
  });

  test('are written again after the window that had them failed, also by the window that filled meanwhile', async () => {
    const { kit, storage, send, store } = await start({ config: { retry: '0s' } });
    storage.block();
    storage.failures = ['before'];
    const lost = outcome(await send(observed()));
    await turns();
    const next = outcome(await send(observed()));
    await turns();
    storage.release();
    expect(await Promise.all([lost, next])).toEqual(['FAILED retryable', 'stored']);
    expect(storage.rows('service')).toHaveLength(1);
    await store(observed());
    expect(storage.rows('service')).toHaveLength(1);
    await kit.stop();
  });
});

describe('a storage in trouble', () => {
  test('blocked: batches wait, the next window fills, and commits never overlap', async () => {
    const { kit, storage, send } = await start();
    storage.block();
    const receipts = [await send(observed())];
    await turns();
    for (let i = 0; i < 20; i++) {
      receipts.push(await send(observed()));
      await turn();
    }
    expect(storage.attempts).toHaveLength(1);
    expect(kit.books()[0]).toMatchObject({ handled: 0, inFlight: 21 });
    storage.release();
    expect(new Set(await Promise.all(receipts.map(outcome)))).toEqual(new Set(['stored']));
    expect(storage.commits).toHaveLength(2);
    expect(storage.overlapping).toBe(false);
    expect(Array.from(storage.metric('service_cpm', ID)!.slots)).toEqual([21]);
    kit.assertBooks();
    await kit.stop();
  });

  test('blocked: no more than the gate admits is held, the rest is refused in time', async () => {
    const { kit, storage, send } = await start();
    storage.block();
    const MiB = 1024 * 1024;
    const sent = Array.from({ length: 10 }, () => send(observed({ weight: 10 * MiB })).then(outcome, (error: StreamError) => error.code));
    await turns();
    await kit.clock.advance(20_000);
    storage.release();
    await kit.clock.advance(0);
    const outcomes = await Promise.all(sent);
    expect(outcomes.filter((o) => o === 'REFUSED').length).toBeGreaterThanOrEqual(7);
    kit.assertBooks();
    await kit.stop();
  });

  test('failing some times: the same commit is tried again, and counts once even if it had taken effect', async () => {
    const { kit, storage, send, store } = await start();
    storage.failures = ['before', 'after', 'before'];
    const receipt = outcome(await send(observed()));
    await turns();
    expect(kit.host.status.degraded()).toMatchObject([{ module: 'aggregation', reason: 'the storage does not take commits' }]);
    await kit.clock.advance(5_000);
    expect(await receipt).toBe('stored');
    expect(storage.attempts).toHaveLength(4);
    expect(new Set(storage.attempts).size).toBe(1);
    expect(Array.from(storage.metric('service_cpm', ID)!.slots)).toEqual([1]);
    expect(kit.host.status.degraded()).toEqual([]);
    await store(observed());
    expect(storage.attempts.at(-1)).not.toBe(storage.attempts[0]);
    kit.assertBooks();
    await kit.stop();
  });

  test('failing for good: the batches are refused as retryable after 20 s, and later ones are stored', async () => {
    const { kit, storage, send, store } = await start();
    storage.failForever = true;
    const first = outcome(await send(observed()));
    await kit.clock.advance(19_000);
    const second = outcome(await send(observed()));
    await kit.clock.advance(1_000);
    expect(await first).toBe('FAILED retryable');
    expect(kit.host.status.degraded()).toMatchObject([{ module: 'aggregation' }]);
    storage.failForever = false;
    await kit.clock.advance(20_000);
    expect(await second).toBe('stored');
    await store(observed());
    expect(Array.from(storage.metric('service_cpm', ID)!.slots)).toEqual([2]);
    kit.assertBooks();
    await kit.stop();
  });

  test('a stop during an outage ends, and tells that the data is not stored', async () => {
    const { kit, storage, send } = await start();
    storage.failForever = true;
    const receipt = outcome(await send(observed()));
    await turns();
    const stopping = kit.stop();
    for (let i = 0; i < 30; i++) await kit.clock.advance(1_000);
    await stopping;
    expect(await receipt).not.toBe('stored');
  });

  test('down at start: the host starts degraded, takes data, and stores it when the storage is back', async () => {
    const storage = new FakeStorage();
    storage.failOpen = 3;
    const { kit, send } = await start({ storage });
    expect(kit.host.status.degraded()).toMatchObject([{ reason: 'the storage cannot be opened' }]);
    const receipt = outcome(await send(observed()));
    await kit.clock.advance(10_000);
    expect(await receipt).toBe('stored');
    expect(kit.host.status.degraded()).toEqual([]);
    await kit.stop();
  });

  test('what it cannot serve is left out, told, and harms nothing else', async () => {
    const storage = new FakeStorage();
    storage.unserved = [
      { model: 'segment', reason: 'too wide' },
      { model: 'service_cpm', reason: 'no room' },
    ];
    const { kit, store } = await start({ storage });
    expect(kit.host.status.degraded()).toMatchObject([{ reason: 'the storage cannot serve segment, service_cpm' }]);
    await store(observed({ records: [segment('s')] }));
    expect(storage.commits[0]!.records).toEqual([]);
    expect([...storage.deltas()[0]!.metrics.keys()].map((m) => m.name)).toEqual(['service_resp_time', 'service_percentile']);
    await kit.stop();
  });

  test('what it says it cannot serve only when it is up at last is left out of the windows that were filled before', async () => {
    const storage = new FakeStorage();
    storage.failOpen = 2;
    storage.unserved = [{ model: 'segment', reason: 'too wide' }];
    const { kit, send } = await start({ storage });
    const receipt = outcome(await send(observed({ records: [segment('s')] })));
    await kit.clock.advance(10_000);
    expect(await receipt).toBe('stored');
    expect(storage.commits[0]).toMatchObject({ records: [], deltas: [{ entity: ID }] });
    await kit.stop();
  });

  test('whatever it does, acknowledged = stored once, and the books balance', async () => {
    const random = seededRandom(7);
    const { kit, storage, send } = await start({ config: { retry: '200ms' } });
    const receipts: Promise<string>[] = [];
    let refusedButStored = 0;
    for (let i = 0; i < 300; i++) {
      if (random() < 0.1) storage.failures.push(random() < 0.5 ? 'before' : 'after');
      if (random() < 0.02) storage.failures.push(...Array<'before'>(8).fill('before'));
      if (random() < 0.05) storage.block();
      if (random() < 0.2) storage.release();
      receipts.push(outcome(await send(observed({ sources: [], records: [segment(`s${i}`)] }))));
      if (random() < 0.5) await turn();
      if (random() < 0.3) await kit.clock.advance(100);
    }
    storage.release();
    storage.failures = [];
    await kit.clock.advance(10_000);
    const outcomes = await Promise.all(receipts);
    const stored = storage.commits.flatMap((c) => c.records.flatMap((r) => r.rows.map((row) => row.segmentId)));
    expect(new Set(stored).size).toBe(stored.length);
    for (const [i, result] of outcomes.entries()) {
      if (result === 'stored') expect(stored).toContain(`s${i}`);
      else if (stored.includes(`s${i}`)) refusedButStored++;
    }
    expect(outcomes.filter((o) => o !== 'stored').length).toBeGreaterThan(0);
    // A commit that took effect and whose answer was lost, each time: allowed, and rare.
    expect(refusedButStored).toBeLessThan(outcomes.length / 4);
    expect(storage.overlapping).toBe(false);
    kit.assertBooks();
    await kit.stop();
  });
});

describe('bad input', () => {
  test('is left out item by item, counted with a reason, and the rest is stored', async () => {
    const { kit, storage, store } = await start({ config: { disable: ['top_n_cache_read_command', 'endpoint_traffic'] } });
    const MINUTE = 60_000;
    const other = { ...ServiceDefinition, name: 'Other' };
    const throwing = Object.defineProperty(call(), 'time', {
      get() {
        throw new Error('no time');
      },
    });
    await store(
      observed({
        sources: [
          call({ time: TEST_START + 11 * MINUTE }),
          call({ time: TEST_START - 8 * 24 * 60 * MINUTE }),
          call({ time: Number.NaN }),
          call({ time: -5 }),
          call({ definition: other }),
          call({ entity: '\ud800' }),
          call({ entity: 'x'.repeat(5000) }),
          throwing,
          null as unknown as ServiceSource,
          call({ time: TEST_START + 9 * MINUTE }),
          call({ time: TEST_START - 6 * 24 * 60 * MINUTE }),
        ],
        records: [
          segment('ok'),
          segment('no time', { startTime: undefined }),
          segment('wrong', { latency: 'slow' }),
          segment('old', { startTime: TEST_START - 4 * 24 * 60 * MINUTE }),
          { model: { ...SegmentModel, name: 'stranger' }, row: {} },
          { model: TOP_N_MODELS[2]!, row: {} },
        ],
        entities: [
          { ...serviceUpdate(ID, 'shop', 'GENERAL', TEST_START), model: EndpointModel },
          { ...serviceUpdate(ID, 'shop', 'GENERAL', TEST_START), row: { name: 7 } },
        ],
      }),
    );
    expect(Array.from(storage.metric('service_cpm', ID)!.slots)).toEqual([2]);
    expect(storage.commits[0]!.records.flatMap((r) => r.rows)).toMatchObject([{ segmentId: 'ok' }]);
    const counted = kit.host.status
      .metrics()
      .split('\n')
      .filter((line) => line.includes('observations_left_out_total{'))
      .map((line) => `${/part="(\w+)"/.exec(line)![1]} ${/reason="([\w-]+)"/.exec(line)![1]} ${line.split(' ').pop()}`)
      .sort();
    expect(counted).toEqual([
      'entity disabled 1',
      'entity invalid 1',
      'record disabled 1',
      'record invalid 2',
      'record too-old 1',
      'record unknown 1',
      'source in-future 1',
      'source invalid 4',
      'source threw 2',
      'source too-old 1',
      'source unknown 1',
    ]);
    await kit.stop();
  });
});

describe('the catalogue', () => {
  test("finds metrics by today's and by old names", async () => {
    const { kit } = await start();
    const catalog = kit.get(MetricCatalogToken);
    expect(catalog.all().map((m) => m.name)).toEqual([
      'service_cpm',
      'service_resp_time',
      'service_percentile',
      'all_percentile',
      'endpoint_resp_time',
      ...TOP_N_MODELS.map((m) => m.name),
    ]);
    expect(catalog.find('top_n_database_statement')).toMatchObject({ kind: 'record', scope: 'service', scopeId: 18 });
    expect(catalog.find('nothing')).toBeUndefined();
    expect(catalog.find('database_access_p99')).toBeUndefined();
    const table = new Map([5, 12, 18, 25, 100].map((v) => [Math.trunc(v / 10), [1]]));
    table.set(1, [2]);
    const read = (name: string) => catalog.find(name)!.value!({ slots: [], table }, 1);
    expect(catalog.find('service_p99')).toMatchObject({
      name: 'service_p99',
      kind: 'regular',
      pick: { key: 'p', value: '99' },
      model: { name: 'service_percentile' },
    });
    expect(catalog.find('service_p99')!.labels).toBeUndefined();
    expect([read('service_p50'), read('all_p70'), read('all_p75'), read('all_p99')]).toEqual([10, 20, 20, 100]);
    expect(catalog.find('endpoint_avg')).toMatchObject({ kind: 'regular', model: { name: 'endpoint_resp_time' } });
    expect(catalog.find('endpoint_avg')!.value!({ slots: [5, 2] }, 1)).toBe(2);
    await kit.stop();
  });

  test('user scripts and thresholds come from the configuration', async () => {
    const { kit, storage, store } = await start({
      config: {
        oal: 'mine = from(Service.latency).apdex(name, status);',
        disable: ['service_cpm'],
        apdexThresholds: { shop: 20, default: 1000 },
      },
    });
    await store(observed());
    expect(Array.from(storage.metric('mine', ID)!.slots)).toEqual([1, 0, 1]);
    expect(storage.metric('service_cpm', ID)).toBeUndefined();
    expect(kit.get(MetricCatalogToken).find('service_cpm')).toBeUndefined();
    await kit.stop();
  });

  test.each<[string, object, string]>([
    [
      'mistakes of all scripts, in full',
      { oal: 'mine = from(Servce.latency).longAvg();\ntwo = from(Service.*).cmp();' },
      `the OAL scripts have 2 mistakes:
modules.aggregation.oal:1:13 unknown source "Servce"; did you mean "Service"?
    mine = from(Servce.latency).longAvg();
                ^
modules.aggregation.oal:2:23 unknown function "cmp"; did you mean "cpm"?
    two = from(Service.*).cmp();
                          ^`,
    ],
    ['a script that is not there', { scripts: ['no/such.oal'] }, 'modules.aggregation.scripts: cannot read no/such.oal'],
  ])('a host does not start with %s', async (_, config, message) => {
    await expect(start({ config })).rejects.toThrow(message);
  });

  test('mistakes are found without opening the storage, by a host that is only checked', async () => {
    const storage = new FakeStorage();
    const provider = defineModule({
      name: 'storage',
      provides: [StorageToken],
      activate: ({ provide }) => provide(StorageToken, storage as unknown as Storage),
    });
    const modules = [
      { definition: provider },
      { definition: aggregation, config: { oal: 'mine = from(Servce.latency).longAvg();' } },
      { definition: registering('busy = from(Meter_busy.valu).avg();', {}, { scope: 'service' }) },
      { definition: defineModule({ name: 'words', contributes: [contribution(StorageModels, ...CORE_ENTITY_MODELS)] }) },
    ];
    await expect(createHost({ modules }).check()).rejects.toThrow(
      /modules\.aggregation the OAL scripts have 2 mistakes.*"valu".*"Servce"/s,
    );
    expect(storage.opened).toBe(0);
  });
});

describe('metrics that modules register', () => {
  test('are compiled with all others, and kept', async () => {
    const rules = defineModule({
      name: 'rules',
      needs: { registry: MetricRegistryToken, catalog: MetricCatalogToken },
      activate({ services: { registry, catalog } }) {
        expect(() => catalog.all()).toThrow('before all modules are activated');
        registry.add('rules', { sources: [MeterDefinition], scripts: [{ file: 'a.yaml', text: 'busy = from(Meter_busy.value).avg();' }] });
      },
    });
    const { kit, storage, store } = await start({ more: [rules] });
    expect(
      kit
        .get(MetricCatalogToken)
        .all()
        .map(({ name }) => name),
    ).toContain('busy');
    const source = (value: number): Source => ({ definition: MeterDefinition, entity: ID, time: TEST_START, value }) as Source;
    await store(observed({ sources: [source(0), source(1)] }));
    const metric = kit.get(MetricCatalogToken).find('busy')!;
    expect(metric.value!(storage.metric('busy', ID)!, 1)).toBe(1);
    await kit.stop();
  });

  test('are refused after all modules are activated', async () => {
    const kept: { registry?: MetricRegistry } = {};
    const { kit } = await start({ more: [registering('busy = from(Meter_busy.value).avg();', kept)] });
    expect(() => kept.registry!.add('late', { sources: [], scripts: [] })).toThrow('late adds metrics after all modules were activated');
    await kit.stop();
  });

  test.each<[string, string, Partial<SourceDefinition>, string]>([
    [
      'a mistake in a script',
      'busy = from(Meter_busy.valu).avg();',
      {},
      'rules/busy.yaml:1:24 unknown attribute "valu" of source Meter_busy',
    ],
    [
      'a name that there is',
      'service_cpm = from(Meter_busy.value).avg();',
      {},
      'metric service_cpm is defined twice; first at words/words.oal:2:1',
    ],
    ['a scope that nobody has', '', { scope: 'servise' }, 'source "Meter_busy" of rules has the scope "servise"'],
    ['a source that there is', '', { name: 'Service' }, 'source "Service" is defined by both words and rules'],
  ])('keep the host from starting with %s', async (_, text, more, message) => {
    await expect(start({ more: [registering(text, {}, more)] })).rejects.toThrow(message);
  });
});

test('keeps the contract of modules', () => checkModule({ module: aggregation, services: [[StorageToken, new FakeStorage()]] }));
