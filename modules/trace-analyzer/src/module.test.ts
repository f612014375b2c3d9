import { describe, expect, it } from '@jest/globals';
import { contribution, defineModule } from '@skein/core';
import { checkModule, createTestHost, type TestHost } from '@skein/core/testing';
import { type Naming, NamingToken, observations, type Source, Sources, segments } from '@skein/telemetry';
import { type Row, StorageToken } from '@skein/telemetry/storage';
import { SegmentListeners } from './contract.js';
import traceAnalyzer from './module.js';
import { Entry, Exit, inShort, Layer, Local, NOW, reference, type Span, segment } from './testing/segment-kit.js';

const naming: Naming = { service: (n) => n, instance: (n) => n, endpoint: (_, n) => n };
const message = (...spans: readonly Span[]) => ({ bytes: segment(spans) });
const entry: Span = { spanType: Entry, spanLayer: Layer.Http, operationName: '/buy', refs: [reference()], tags: ['http.method=GET'] };
const exit: Span = { spanType: Exit, spanLayer: Layer.Http, componentId: 2, peer: 'stock:80' };
const malformed = { bytes: Buffer.from([0xff]) };

/** The part of a storage that the analyzer uses. */
class Aliases {
  rows: Row[] = [];
  reads = 0;
  error: Error | undefined;
  readonly traits;

  constructor(writers: 'one' | 'many' = 'one') {
    this.traits = { writers, retention: { metrics: 86_400_000, traces: 86_400_000 } };
  }

  async entities() {
    this.reads++;
    if (this.error !== undefined) throw this.error;
    return { items: this.rows, complete: true };
  }
}
const services = (storage: Aliases) =>
  [
    [StorageToken, storage],
    [NamingToken, naming],
  ] as const;
const start = (storage = new Aliases(), ...beside: Parameters<typeof defineModule>[0][]): Promise<TestHost> =>
  createTestHost({ modules: [traceAnalyzer, ...beside], services: services(storage) });
const stock = (lastSeen: number, service = 'stock'): Row => ({ address: 'stock:80', service, instance: 's1', lastSeen });
const relationOf = (kit: TestHost): string => inShort(kit.collector(observations).items.at(-1)?.sources[0] as Source);

async function handled(kit: TestHost, ...items: ReadonlyArray<{ readonly bytes: Uint8Array }>): Promise<void> {
  const receipt = await kit.publisher(segments).publish(items);
  await receipt.handled;
}

describe('trace analyzer', () => {
  it('keeps the contract of modules', () => checkModule({ module: traceAnalyzer, services: services(new Aliases()) }));

  it('leaves out bad segments and says so in the books, and handles the others as one batch', async () => {
    await using kit = await start();
    await handled(kit, message(entry), malformed, message(), message(entry));
    expect(kit.collector(observations).batches.map((b) => b.items.length)).toEqual([2]);
    expect(kit.books().find((b) => b.stream === 'segments')).toMatchObject({
      received: 4,
      handled: 2,
      skipped: { malformed: 1, 'no-spans': 1 },
    });
    kit.assertBooks();
  });

  it('acknowledges a batch in which nothing can be handled', async () => {
    await using kit = await start();
    await handled(kit, malformed);
    expect(kit.collector(observations).batches).toEqual([]);
    kit.assertBooks();
  });

  it('acknowledges when what follows has acknowledged', async () => {
    await using kit = await start();
    kit.collector(observations).block();
    const receipt = await kit.publisher(segments).publish([message(entry)]);
    let isHandled = false;
    const settled = receipt.handled.then(() => {
      isHandled = true;
    });
    await kit.clock.advance(1000);
    expect(isHandled).toBe(false);
    kit.collector(observations).release();
    await settled;
    kit.assertBooks();
  });

  it('fails the batch when what follows fails, and then writes again what it would have written once', async () => {
    await using kit = await start();
    const rows = (): number | undefined => kit.collector(observations).items.at(-1)?.entities.length;
    await handled(kit, message(entry));
    expect(rows()).toBe(2);
    kit.collector(observations).fail(1);
    const receipt = await kit.publisher(segments).publish([message(entry)]);
    await expect(receipt.handled).rejects.toMatchObject({ name: 'StreamError' });
    await handled(kit, message(entry));
    expect(rows()).toBe(2);
    await handled(kit, message(entry));
    expect(rows()).toBe(0);
    kit.assertBooks();
  });

  it('calls the listeners that other modules contribute, whose sources are their own', async () => {
    const definition = { name: 'Own', scopeId: 20_000, scope: 'service', catalog: 'SERVICE', attributes: {} };
    const other = defineModule({
      name: 'other',
      contributes: [SegmentListeners, contribution(Sources, definition)],
      activate: ({ contribute }) =>
        contribute(SegmentListeners, {
          analyze: ({ service }, findings) => findings.source({ definition, entity: service.id, time: NOW }),
        }),
    });
    await using kit = await start(new Aliases(), other as never);
    await handled(kit, message({ spanType: Local }));
    expect(kit.collector(observations).items[0]?.sources).toEqual([{ definition, entity: 'c2hvcA==.1', time: NOW }]);
  });
});

describe('configuration', () => {
  const withConfig = (config: object): Promise<TestHost> =>
    createTestHost({ modules: [traceAnalyzer], services: services(new Aliases()), config: { 'trace-analyzer': config } });

  it.each([[{ slowDBAccessThreshold: 'default:400, MySQL:5' }], [{ slowDBAccessThreshold: { default: 400, mysql: 5 } }]])(
    'takes thresholds as %j',
    async (config) => {
      await using kit = await withConfig(config);
      await handled(kit, message({ spanType: Exit, spanLayer: Layer.Database, tags: ['db.type=Mysql', 'db.statement=x'] }));
      expect(kit.collector(observations).items[0]?.records).toHaveLength(3);
    },
  );

  it.each([
    [{ slowDBAccessThreshold: 'default=200' }],
    [{ slowCacheReadThreshold: { default: -1 } }],
    [{ samplingPolicy: { default: { rate: 10_001 } } }],
    [{ samplingPolicy: { services: [{ rate: 1 }] } }],
    [{ segmentStatusAnalysisStrategy: 'FROM_NOWHERE' }],
    [{ gateways: [{ name: 'g', instances: [{ host: 'h', port: 0 }] }] }],
    [{ sampling: {} }],
  ])('refuses %j', async (config) => {
    await expect(withConfig(config)).rejects.toThrow('modules.trace-analyzer');
  });

  it('gives a gateway port 80 by default', async () => {
    await using kit = await withConfig({ gateways: [{ name: 'g', instances: [{ host: 'stock' }] }] });
    await handled(kit, message(exit));
    expect(relationOf(kit)).toBe('ServiceRelation CLIENT shop.1>stock:80.0 #2 GENERAL>VIRTUAL_GATEWAY');
  });
});

describe('network address aliases in storage', () => {
  it('are known before the first segment', async () => {
    const storage = new Aliases();
    storage.rows = [stock(NOW)];
    await using kit = await start(storage);
    await handled(kit, message(exit));
    expect(relationOf(kit)).toBe('ServiceRelation CLIENT shop.1>stock.1 #2 GENERAL>GENERAL');
    await kit.clock.advance(60_000);
    expect(storage.reads).toBe(1);
  });

  it('are read again every 10 s when others write, too, and never replace what was learnt later', async () => {
    const storage = new Aliases('many');
    await using kit = await start(storage);
    storage.rows = [stock(NOW)];
    await kit.clock.advance(10_000);
    await handled(kit, message(exit));
    expect(relationOf(kit)).toContain('>stock.1 ');
    await handled(kit, message({ ...entry, refs: [reference({ networkAddressUsedAtPeer: 'stock:80' })] }));
    storage.rows = [stock(NOW - 60_000, 'older')];
    await kit.clock.advance(10_000);
    await handled(kit, message(exit));
    expect(relationOf(kit)).toContain('>shop.1 ');
    expect(storage.reads).toBe(3);
  });

  it('are asked for again when storage was down at the start; meanwhile the module is degraded, and works', async () => {
    const storage = new Aliases();
    storage.error = new Error('down');
    await using kit = await start(storage);
    const degraded = () => kit.host.status.degraded().map((d) => d.module);
    expect(degraded()).toEqual(['trace-analyzer']);
    await handled(kit, message(exit));
    expect(relationOf(kit)).toContain('>stock:80.1 ');
    storage.error = undefined;
    storage.rows = [stock(NOW)];
    await kit.clock.advance(10_000);
    expect(degraded()).toEqual([]);
    await handled(kit, message(exit));
    expect(relationOf(kit)).toContain('>stock.1 ');
  });
});
