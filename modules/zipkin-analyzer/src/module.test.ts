import { expect, it } from '@jest/globals';
import { checkModule, createTestHost } from '@skein/core/testing';
import { NamingToken, observations, type ZipkinSpan, zipkinSpans } from '@skein/telemetry';
import { StorageToken } from '@skein/telemetry/storage';
import { ZipkinSpanModel } from './contract.js';
import zipkinAnalyzer from './module.js';

const T = Date.UTC(2024, 0, 2, 3, 4) * 1000;
const naming = { service: (name: string) => name, instance: (name: string) => name, endpoint: (_: string, name: string) => name };
const retention = { traces: 3_600_000, metrics: 3_600_000 };
const services = [
  [NamingToken, naming],
  [StorageToken, { traits: { retention } }],
] as const;

const span = (more: Partial<ZipkinSpan> = {}): ZipkinSpan => ({
  traceId: '1111111111111111',
  id: '2222222222222222',
  timestamp: T,
  duration: 1000,
  kind: 'SERVER',
  name: 'get',
  localEndpoint: { serviceName: 'shop' },
  annotations: [],
  tags: new Map(),
  debug: false,
  shared: false,
  weight: 400,
  ...more,
});

it('keeps the contract of modules', () => checkModule({ module: zipkinAnalyzer, services }));

it('writes rows again that were lost on their way', async () => {
  await using kit = await createTestHost({ modules: [zipkinAnalyzer], services });
  const out = kit.collector(observations);
  const publisher = kit.publisher(zipkinSpans);
  const rows = (): number => out.items.flatMap(({ entities }) => entities).length;
  out.fail(1);
  await expect((await publisher.publish([span()])).handled).rejects.toThrow();
  await (await publisher.publish([span()])).handled;
  const written = rows();
  expect(written).toBeGreaterThan(0);
  await (await publisher.publish([span()])).handled;
  expect(rows()).toBe(written);
  expect(out.items.flatMap(({ records }) => records).every(({ model }) => model === ZipkinSpanModel)).toBe(true);
});

it('a span that cannot be stored or analysed is left out, and the others go on', async () => {
  await using kit = await createTestHost({ modules: [zipkinAnalyzer], services });
  const huge = new Map([['k', 'v'.repeat(5_000_000)]]);
  const broken = { ...span(), tags: undefined } as unknown as ZipkinSpan;
  await (await kit.publisher(zipkinSpans).publish([span({ tags: huge }), broken, span()])).handled;
  expect(kit.collector(observations).items.flatMap(({ records }) => records)).toHaveLength(1);
  expect(kit.books().find(({ stream }) => stream === 'zipkin-spans')).toMatchObject({
    handled: 1,
    skipped: { 'too-large': 1, 'analysis-failed': 1 },
  });
  kit.assertBooks();
});

/** All orders of some things. */
function* orders<T>(things: readonly T[]): Generator<readonly T[]> {
  if (things.length === 0) yield [];
  for (const [i, first] of things.entries()) {
    for (const rest of orders([...things.slice(0, i), ...things.slice(i + 1)])) yield [first, ...rest];
  }
}

const at = (serviceName: string): Partial<ZipkinSpan> => ({ localEndpoint: { serviceName, ipv4: '10.0.0.1' } });
const SHARED: readonly ZipkinSpan[] = [
  span({ id: 'a', name: 'page', ...at('web') }),
  span({ id: 'b', parentId: 'a', kind: undefined, name: 'render', ...at('web') }),
  span({ id: 'c', parentId: 'b', kind: 'CLIENT', name: 'call', ...at('web') }),
  span({ id: 'c', parentId: 'b', shared: true, name: 'serve', ...at('app') }),
  span({ id: 'd', parentId: 'c', kind: 'CLIENT', name: 'next', ...at('app') }),
  span({ id: 'd', parentId: 'c', shared: true, name: 'last', ...at('end') }),
];
const APART = SHARED.map((one) => {
  if (one.shared) return { ...one, shared: false, id: `${one.id}2`, parentId: one.id };
  return one.id === 'd' ? { ...one, parentId: 'c2' } : one;
});

it.each([
  ['shared', SHARED],
  ['apart', APART],
])(
  'the same sources come of all orders of spans that are %s, each once',
  async (_, spans) => {
    await using kit = await createTestHost({ modules: [zipkinAnalyzer], services });
    const publisher = kit.publisher(zipkinSpans);
    const out = kit.collector(observations);
    const told = new Set<string>();
    let trace = 0;
    for (const order of orders(spans)) {
      const before = out.items.length;
      const traceId = (++trace).toString(16).padStart(16, '0');
      for (const one of order) await (await publisher.publish([{ ...one, traceId }])).handled;
      const sources = out.items.slice(before).flatMap((observation) => observation.sources);
      told.add(JSON.stringify(sources.map(({ definition, entity }) => `${definition.name} ${entity}`).sort()));
    }
    expect([...told]).toHaveLength(1);
    const names: string[] = JSON.parse([...told][0]!).map((source: string) => source.split(' ')[0]);
    const count = (name: string): number => names.filter((one) => one === name).length;
    // Three requests served; each of two calls seen from both sides, and the visitor's from one.
    expect([count('Service'), count('Endpoint'), count('ServiceRelation'), count('EndpointRelation')]).toEqual([3, 3, 5, 3]);
  },
  60_000,
);
