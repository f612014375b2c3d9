import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { checkModule, createTestHost, type TestHost } from '@skein/core/testing';
import { MalformedError } from '@skein/proto';
import { decodeLog, logFromJson, MAX_LOG_TAGS } from '@skein/proto/logging';
import { logs } from '@skein/telemetry';
import fc from 'fast-check';
import protobuf from 'protobufjs';
import logReceiver from './module.js';

const COLLECT = '/skywalking.v3.LogReportService/collect';
const protos = join(dirname(fileURLToPath(import.meta.url)), '../../../proto');
const root = new protobuf.Root();
root.resolvePath = (_origin, target) => join(protos, target.startsWith('common/') ? 'skywalking' : 'logging', target);
const LogData = root.loadSync('logging.proto').lookupType('skywalking.v3.LogData');
const encode = (log: object): Uint8Array => LogData.encode(LogData.fromObject(log)).finish();

const start = (): Promise<TestHost> => createTestHost({ modules: [logReceiver] });
const books = (kit: TestHost) => kit.books().find((b) => b.stream === logs.id)!;
const seen = (kit: TestHost) => kit.collector(logs).items;
const json = { 'content-type': 'application/json' };
const whole = {
  timestamp: 1734221650012,
  service: 'shop-web',
  serviceInstance: 'shop-web-1',
  endpoint: '/cart',
  layer: 'GENERAL',
  body: { type: 'plain', text: { text: 'cart opened 🛒' } },
  traceContext: { traceId: 't-1', traceSegmentId: 's-1', spanId: 3 },
  tags: {
    data: [
      { key: 'level', value: 'INFO' },
      { key: 'level', value: 'WARN' },
    ],
  },
};
const message = {
  timestamp: 1734221650012,
  service: 'shop-web',
  serviceInstance: 'shop-web-1',
  endpoint: '/cart',
  layer: 'GENERAL',
  type: 'plain',
  body: { format: 'text', content: 'cart opened 🛒' },
  trace: { traceId: 't-1', segmentId: 's-1', spanId: 3 },
  tags: [
    { key: 'level', value: 'INFO' },
    { key: 'level', value: 'WARN' },
  ],
};

describe('gRPC', () => {
  it('publishes what the messages say and replies with empty commands', async () => {
    await using kit = await start();
    const sent = [
      encode(whole),
      encode({ service: 'shop-web', body: { json: { json: '{}' } } }),
      encode({ body: { yaml: { yaml: 'a: 1' } } }),
    ];
    expect(await kit.grpc(COLLECT, sent)).toEqual([new Uint8Array(0)]);
    const [first, second, third] = seen(kit);
    expect(first).toMatchObject(message);
    expect(second).toMatchObject({ timestamp: 0, layer: '', endpoint: '', body: { format: 'json', content: '{}' }, tags: [] });
    expect(second).not.toHaveProperty('trace');
    expect(third).toMatchObject({ body: { format: 'yaml', content: 'a: 1' } });
    kit.assertBooks();
  });

  it('gives all logs of a stream the first service that is named, and counts those before it as skipped', async () => {
    await using kit = await start();
    const from = (service: string, serviceInstance: string) => encode({ service, serviceInstance, endpoint: serviceInstance });
    await kit.grpc(COLLECT, [from('', 'a'), from('  ', 'b'), from('first', 'c'), from('', 'd'), from('second', 'e')]);
    await kit.grpc(COLLECT, [from('second', 'f')]);
    expect(seen(kit).map((l) => [l.service, l.serviceInstance, l.endpoint])).toEqual([
      ['first', 'c', 'c'],
      ['first', 'd', 'd'],
      ['first', 'e', 'e'],
      ['second', 'f', 'f'],
    ]);
    expect(books(kit)).toMatchObject({ handled: 4, skipped: { 'no-service': 2 } });
    kit.assertBooks();
  });

  it('delivers what is sound of a stream with broken messages, and says what is wrong', async () => {
    await using kit = await start();
    const broken = encode(whole).subarray(0, 20);
    await expect(kit.grpc(COLLECT, [encode(whole), broken, encode(whole)])).rejects.toMatchObject({
      status: 'INVALID_ARGUMENT',
      message: expect.stringContaining('1 of 3 messages'),
    });
    expect(seen(kit)).toHaveLength(2);
    expect(books(kit)).toMatchObject({ handled: 2, skipped: { malformed: 1 } });
    kit.assertBooks();
  });

  it('refuses a log with more tags than it reads', async () => {
    await using kit = await start();
    const data = Array.from({ length: MAX_LOG_TAGS + 1 }, () => ({}));
    await expect(kit.grpc(COLLECT, [encode({ service: 's', tags: { data } })])).rejects.toMatchObject({
      message: expect.stringContaining(`more than ${MAX_LOG_TAGS} tags`),
    });
    kit.assertBooks();
  });

  it('acknowledges only what is handled', async () => {
    await using kit = await start();
    kit.collector(logs).fail(1, new Error('no room on disk'));
    await expect(kit.grpc(COLLECT, [encode(whole)])).rejects.toMatchObject({ status: 'RESOURCE_EXHAUSTED' });
    kit.assertBooks();
  });
});

describe('HTTP', () => {
  const post = (kit: TestHost, body: object | string, headers: Record<string, string> = json) =>
    kit.http('/v3/logs', { method: 'POST', headers, body });

  it('takes an array of logs, each of the service that it names', async () => {
    await using kit = await start();
    const reply = await post(kit, [whole, { ...whole, service: 'other' }, { body: { text: { text: 'nobody' } } }]);
    expect(reply).toMatchObject({ status: 200, headers: { 'content-type': 'application/protobuf' } });
    expect(reply.body ?? '').toHaveLength(0);
    expect(seen(kit)[0]).toMatchObject(message);
    expect(seen(kit).map((l) => l.service)).toEqual(['shop-web', 'other']);
    expect(books(kit)).toMatchObject({ handled: 2, skipped: { 'no-service': 1 } });
    kit.assertBooks();
  });

  it('reads numbers as text, empty bodies of each kind and absent members', async () => {
    await using kit = await start();
    await post(kit, [
      { service: 's', timestamp: '1734221650012', body: { yaml: {} }, traceContext: {}, tags: {} },
      { service: 's', body: { text: null, json: { json: '[]' } }, tags: { data: [{ key: 'k' }] } },
    ]);
    expect(seen(kit)).toMatchObject([
      { timestamp: 1734221650012, body: { format: 'yaml', content: '' }, trace: { traceId: '', segmentId: '', spanId: 0 } },
      { timestamp: 0, body: { format: 'json', content: '[]' }, tags: [{ key: 'k', value: '' }] },
    ]);
  });

  it('refuses other types, an object, and broken JSON, and says what it expects', async () => {
    await using kit = await start();
    expect((await post(kit, '[]', {})).status).toBe(415);
    expect((await post(kit, '[]', { 'content-type': 'application/x-protobuf' })).status).toBe(415);
    expect((await post(kit, whole)).status).toBe(400);
    expect((await post(kit, '[{')).status).toBe(400);
    expect((await post(kit, `${'['.repeat(5000)}`)).status).toBe(400);
    expect(books(kit)).toMatchObject({ handled: 0, skipped: { 'content-type': 2, malformed: 3 } });
    kit.assertBooks();
  });

  it('delivers what is sound of an array, and names the member that is wrong', async () => {
    await using kit = await start();
    const reply = await post(kit, [whole, { service: 's', body: { text: { text: 5 } } }, 7]);
    expect(reply.status).toBe(400);
    expect(String(reply.body)).toContain('body.text.text: expected a string');
    expect(seen(kit)).toHaveLength(1);
    kit.assertBooks();
  });
});

describe('decoding', () => {
  const text = fc.string({ unit: 'grapheme', maxLength: 12 });
  const anyLog = fc.record(
    {
      timestamp: fc.integer({ min: 0, max: 2 ** 45 }),
      service: text,
      serviceInstance: text,
      endpoint: text,
      layer: text,
      body: fc.oneof(
        fc.record({ type: text, text: fc.record({ text }) }),
        fc.record({ type: text, json: fc.record({ json: text }) }),
        fc.record({ type: text, yaml: fc.record({ yaml: text }) }),
      ),
      traceContext: fc.record({ traceId: text, traceSegmentId: text, spanId: fc.integer({ min: -1, max: 1000 }) }),
      tags: fc.record({ data: fc.array(fc.record({ key: text, value: text }), { maxLength: 5 }) }),
    },
    { requiredKeys: [] },
  );

  it('reads the same from what an independent encoder wrote as from the JSON of the same log', () => {
    fc.assert(fc.property(anyLog, (log) => expect(decodeLog(encode(log))).toEqual(logFromJson(log))));
  });

  it('ends in a log or a MalformedError whatever the bytes', () => {
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 60 }),
      fc.tuple(anyLog, fc.nat(), fc.nat(255), fc.nat()).map(([log, at, value, end]) => {
        const sound = encode({ service: 's', ...log }).slice();
        sound[at % sound.length] = value;
        return sound.subarray(0, end % (sound.length + 1));
      }),
    );
    fc.assert(
      fc.property(bytes, (input) => {
        try {
          decodeLog(input);
        } catch (error) {
          expect(error).toBeInstanceOf(MalformedError);
        }
      }),
      { numRuns: 500 },
    );
  });

  it('merges a member that comes twice and takes the last of several, as protobuf has it', () => {
    const twice = Buffer.concat([
      encode({ body: { type: 'a', text: { text: 'x' } }, tags: { data: [{ key: 'a' }] }, traceContext: { traceId: 't' } }),
      encode({ body: { json: { json: '{}' } }, tags: { data: [{ key: 'b' }] }, traceContext: { spanId: 2 } }),
    ]);
    expect(decodeLog(twice)).toMatchObject({
      type: 'a',
      body: { format: 'json', content: '{}' },
      tags: [{ key: 'a' }, { key: 'b' }],
      trace: { traceId: 't', spanId: 2 },
    });
  });
});

it(
  'keeps the contract of modules',
  () =>
    checkModule({
      module: logReceiver,
      inputs: {
        stream: logs,
        read: ({ timestamp }) => timestamp,
        count: 150,
        send: (kit, n) => kit.grpc(COLLECT, [encode({ service: 's', timestamp: n })], { timeoutMs: 30_000 }),
      },
    }),
  20_000,
);
