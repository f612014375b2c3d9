import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, test } from '@jest/globals';
import { checkModule, createTestHost, type TestHost } from '@skein/core/testing';
import { MalformedError } from '@skein/proto';
import { decodeMeter, decodeMeterCollection, MAX_METER_BUCKETS, MAX_METER_LABELS, MAX_METER_TEXT } from '@skein/proto/meter';
import { meterSamples, type SampleSet } from '@skein/telemetry';
import fc from 'fast-check';
import protobuf from 'protobufjs';
import { javaNumber } from './java-number.js';
import { meterMethods } from './meter-methods.js';
import meterReceiver from './module.js';

const COLLECT = '/skywalking.v3.MeterReportService/collect';
const BATCH = '/skywalking.v3.MeterReportService/collectBatch';
const COMPAT = '/MeterReportService/collect';
const protos = join(dirname(fileURLToPath(import.meta.url)), '../../../proto');
const root = new protobuf.Root();
root.resolvePath = (_origin, target) => join(protos, target.startsWith('common/') ? 'skywalking' : 'meter', target);
root.loadSync('meter.proto');
const MeterData = root.lookupType('skywalking.v3.MeterData');
const Collection = root.lookupType('skywalking.v3.MeterDataCollection');
const encode = (meter: object): Uint8Array => MeterData.encode(MeterData.fromObject(meter)).finish();
const encodeAll = (...meterData: object[]): Uint8Array => Collection.encode(Collection.fromObject({ meterData })).finish();

const TIME = 1_734_221_650_012;
const identity = { service: 'shop', serviceInstance: 'shop-1', timestamp: TIME };
const single = (name: string, value: number, labels: Record<string, string> = {}) => ({
  singleValue: { name, value, labels: Object.entries(labels).map(([k, v]) => ({ name: k, value: v })) },
});
const histogram = (name: string, values: object[], labels: Record<string, string> = {}) => ({
  histogram: { name, values, labels: Object.entries(labels).map(([k, v]) => ({ name: k, value: v })) },
});

const start = (config: object = {}): Promise<TestHost> =>
  createTestHost({ modules: [meterReceiver], config: { 'meter-receiver': config } });
const books = (kit: TestHost) => kit.books().find((b) => b.stream === meterSamples.id)!;
const sets = (kit: TestHost) =>
  kit.collector(meterSamples).items.map(({ samples, group }) => ({
    group,
    samples: samples.map(({ labels, ...rest }) => ({ ...rest, labels: Object.fromEntries(labels) })),
  }));
const own = { service: 'shop', instance: 'shop-1' };

describe('a stream of meters', () => {
  it.each([COLLECT, COMPAT])('to %s is one set, with the identity that came last', async (path) => {
    await using kit = await start();
    const reply = await kit.grpc(path, [
      encode(single('a', 1.5, { pool: 'main' })),
      encode({ ...single('b', 2), service: 'other', timestamp: 5 }),
      encode({ ...single('c', 3), ...identity }),
      encode({ ...single('d', 4), timestamp: 0 }),
    ]);
    expect(reply).toEqual([new Uint8Array(0)]);
    expect(sets(kit)).toEqual([
      {
        group: 'agent',
        samples: [
          { name: 'a', value: 1.5, timestamp: TIME, labels: { pool: 'main', ...own } },
          { name: 'b', value: 2, timestamp: TIME, labels: own },
          { name: 'c', value: 3, timestamp: TIME, labels: own },
          { name: 'd', value: 4, timestamp: TIME, labels: own },
        ],
      },
    ]);
    kit.assertBooks();
  });

  it('gives one sample for each bucket, whose bound is in Java form', async () => {
    await using kit = await start();
    const values = [
      { isNegativeInfinity: true, bucket: 7, count: 1 },
      { count: 2 },
      { bucket: 10, count: 3 },
      { bucket: 0.5, count: 4 },
      { bucket: 1e7, count: 5 },
    ];
    await kit.grpc(COLLECT, [encode({ ...histogram('h', values, { uri: '/' }), ...identity })]);
    expect(sets(kit)[0]!.samples.map(({ labels, value }) => [labels.le, value])).toEqual([
      ['-9223372036854775808', 1],
      ['0.0', 2],
      ['10.0', 3],
      ['0.5', 4],
      ['1.0E7', 5],
    ]);
    expect(sets(kit)[0]!.samples.every(({ labels }) => labels.uri === '/' && labels.service === 'shop')).toBe(true);
  });

  it('without a service, an instance or a time is counted, and the reply is as ever', async () => {
    await using kit = await start();
    for (const key of ['service', 'serviceInstance', 'timestamp']) {
      expect(await kit.grpc(COLLECT, [encode({ ...single('a', 1), ...identity, [key]: undefined }), encode(single('b', 1))])).toHaveLength(
        1,
      );
    }
    expect(sets(kit)).toEqual([]);
    expect(books(kit).skipped).toEqual({ 'no-identity': 6 });
    await kit.grpc(COLLECT, []);
    kit.assertBooks();
  });

  it('leaves out meters that cannot be used, each with its reason, and keeps the others', async () => {
    await using kit = await start();
    const twice = {
      singleValue: {
        name: 'twice',
        value: 1,
        labels: [
          { name: 'a', value: '1' },
          { name: 'a', value: '2' },
        ],
      },
    };
    await kit.grpc(COLLECT, [
      encode({ service: 'nobody', timestamp: 1 }),
      encode(twice),
      encode(single('r', 1, { service: 'x' })),
      encode(single('r', 1, { instance: 'x' })),
      encode(single('', 1)),
      encode(single('i', Number.POSITIVE_INFINITY)),
      encode(single('n', Number.NaN)),
      encode(single('l', 1, Object.fromEntries(Array.from({ length: MAX_METER_LABELS + 1 }, (_, i) => [`l${i}`, ''])))),
      encode(single('t', 1, { long: 'x'.repeat(MAX_METER_TEXT + 1) })),
      encode(
        histogram(
          'b',
          Array.from({ length: MAX_METER_BUCKETS + 1 }, (_, i) => ({ bucket: i, count: 1 })),
        ),
      ),
      encode({ ...single('good', 1), ...identity }),
    ]);
    expect(sets(kit)).toMatchObject([{ samples: [{ name: 'n', value: Number.NaN }, { name: 'good' }] }]);
    expect(books(kit).skipped).toEqual({
      'no-value': 1,
      'duplicate-label': 1,
      'reserved-label': 2,
      'no-name': 1,
      infinite: 1,
      'too-many-labels': 1,
      'text-too-long': 1,
      'too-many-buckets': 1,
    });
    kit.assertBooks();
  });

  it('with malformed messages keeps the rest and ends with what is wrong', async () => {
    await using kit = await start();
    const whole = encode({ ...single('a', 1, { k: 'v' }), ...identity });
    const failure = kit.grpc(COLLECT, [whole.subarray(0, 9), whole, Uint8Array.of(0xff, 0xff)]);
    await expect(failure).rejects.toMatchObject({ status: 'INVALID_ARGUMENT' });
    expect(sets(kit)).toMatchObject([{ samples: [{ name: 'a' }] }]);
    expect(books(kit).skipped).toEqual({ malformed: 2 });
    kit.assertBooks();
  });

  it('that is too large keeps what fits, and says so', async () => {
    await using kit = await start({ maxSetBytes: '64KiB' });
    const buckets = Array.from({ length: 100 }, (_, i) => ({ bucket: i, count: 1 }));
    const failure = kit.grpc(COLLECT, [encode({ ...histogram('a', buckets), ...identity }), encode(histogram('b', buckets))]);
    await expect(failure).rejects.toMatchObject({ status: 'INVALID_ARGUMENT', message: expect.stringContaining('more than 65536 bytes') });
    expect(sets(kit)).toMatchObject([{ samples: { length: 100 } }]);
    kit.assertBooks();
  });

  it('that breaks keeps what was read of it', async () => {
    await using kit = await start();
    const method = meterMethods({
      listener: 'grpc',
      maxSetBytes: 65_536,
      publisher: kit.publisher(meterSamples),
      clock: kit.clock,
    }).find(({ path }) => path === COLLECT)!;
    async function* breaking(): AsyncGenerator<readonly Uint8Array[]> {
      yield [encode({ ...single('a', 1), ...identity })];
      throw new Error('the client went away');
    }
    const call = { signal: new AbortController().signal } as never;
    await expect((method.handle as (m: unknown, c: never) => Promise<unknown>)(breaking(), call)).rejects.toThrow('the client went away');
    expect(sets(kit)).toMatchObject([{ samples: [{ name: 'a' }] }]);
  });
});

describe('a stream of collections', () => {
  it('has a set for each, with an identity of its own', async () => {
    await using kit = await start();
    await kit.grpc(BATCH, [
      encodeAll(single('a', 1), { ...single('b', 2), ...identity }),
      encodeAll(single('lost', 1)),
      encodeAll({ ...single('c', 3), ...identity, service: 'second' }),
    ]);
    expect(sets(kit)).toMatchObject([
      {
        samples: [
          { name: 'a', labels: own },
          { name: 'b', labels: own },
        ],
      },
      { samples: [{ name: 'c', labels: { service: 'second' } }] },
    ]);
    expect(books(kit).skipped).toEqual({ 'no-identity': 1 });
    kit.assertBooks();
  });

  it('refuses one that is too large and keeps the others', async () => {
    await using kit = await start({ maxSetBytes: '64KiB' });
    const large = encodeAll(...Array.from({ length: 1000 }, (_, i) => ({ ...single(`m${i}`, 1), ...identity })));
    await expect(kit.grpc(BATCH, [large, encodeAll({ ...single('a', 1), ...identity })])).rejects.toMatchObject({
      status: 'INVALID_ARGUMENT',
    });
    expect(sets(kit)).toMatchObject([{ samples: [{ name: 'a' }] }]);
    kit.assertBooks();
  });
});

describe('decoding', () => {
  const texts = fc.string({ maxLength: 20 });
  const numbers = fc.double({ noNaN: true });
  const labels = fc.array(fc.record({ name: texts, value: texts }), { maxLength: 5 });
  const meter = fc.record(
    {
      singleValue: fc.record({ name: texts, labels, value: numbers }),
      service: texts,
      serviceInstance: texts,
      timestamp: fc.integer({ min: 0 }),
    },
    { requiredKeys: [] },
  );

  it('reads what an encoder wrote', () => {
    fc.assert(
      fc.property(meter, (sent) => {
        const read = decodeMeter(encode(sent));
        expect(read).toMatchObject({
          service: sent.service ?? '',
          serviceInstance: sent.serviceInstance ?? '',
          timestamp: sent.timestamp ?? 0,
        });
        expect(read.metric?.value).toBe(sent.singleValue?.value);
        expect(read.metric?.name).toBe(sent.singleValue?.name);
        const unique = new Map(sent.singleValue?.labels.map(({ name, value }) => [name, value] as const).reverse() ?? []);
        expect(Object.fromEntries(read.metric?.labels ?? [])).toEqual(Object.fromEntries(unique));
      }),
    );
  });

  it('of several metrics in one message takes the last', () => {
    const both = Buffer.concat([encode(single('a', 1)), encode(histogram('b', [{ count: 2 }]))]);
    expect(decodeMeter(both).metric).toMatchObject({ name: 'b', value: undefined, buckets: [{ bound: 0, count: 2 }] });
  });

  it('skips fields that it does not know', () => {
    expect(decodeMeter(Buffer.concat([Uint8Array.of(0x7a, 1, 0), encode({ ...single('a', 1), ...identity })]))).toMatchObject(identity);
  });

  it('of any bytes ends in a meter or in an error of its own', () => {
    const any = fc.oneof(
      fc.uint8Array({ maxLength: 200 }),
      meter.map(encode),
      fc.array(meter, { maxLength: 3 }).map((m) => encodeAll(...m)),
    );
    fc.assert(
      fc.property(any, fc.nat(), fc.nat(255), (bytes, at, byte) => {
        const mutated = Uint8Array.from(bytes);
        if (mutated.length > 0) mutated[at % mutated.length] = byte;
        for (const decode of [decodeMeter, (b: Uint8Array) => decodeMeterCollection(b, () => undefined)]) {
          try {
            decode(mutated);
          } catch (error) {
            expect(error).toBeInstanceOf(MalformedError);
          }
        }
      }),
      { numRuns: 500 },
    );
  });
});

test.each([
  [0, '0.0'],
  [-0, '-0.0'],
  [10, '10.0'],
  [0.5, '0.5'],
  [0.001, '0.001'],
  [0.0001, '1.0E-4'],
  [9_999_999, '9999999.0'],
  [1e7, '1.0E7'],
  [12_345_678.5, '1.23456785E7'],
  [-2.5, '-2.5'],
  [1e21, '1.0E21'],
  [Number.POSITIVE_INFINITY, 'Infinity'],
  [Number.NaN, 'NaN'],
])('Java prints %p as %s', (value, text) => {
  expect(javaNumber(value)).toBe(text);
});
it('keeps the contract of modules, with streams and with collections', async () => {
  const read = ({ samples }: SampleSet): number => samples[0]!.value;
  const meter = (n: number) => ({ ...single('n', n), ...identity });
  for (const [path, message] of [
    [COLLECT, (n: number) => encode(meter(n))],
    [BATCH, (n: number) => encodeAll(meter(n))],
  ] as const) {
    await checkModule({
      module: meterReceiver,
      inputs: { stream: meterSamples, read, count: 150, send: (kit, n) => kit.grpc(path, [message(n)], { timeoutMs: 30_000 }) },
    });
  }
}, 20_000);
