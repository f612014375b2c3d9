import { afterEach, describe, expect, it } from '@jest/globals';
import { checkModule, createTestHost, type TestHost } from '@skein/core/testing';
import { zipkin } from '@skein/proto/zipkin';
import { type ZipkinSpan, zipkinSpans } from '@skein/telemetry';
import zipkinReceiver from './module.js';

const T = Date.UTC(2024, 0, 2, 3, 4) * 1000;
const span = (id: string, more: object = {}) => ({ traceId: '48485a3953bb6124', id, timestamp: T, duration: 100, ...more });

let kit: TestHost;
async function start(config: object = {}): Promise<void> {
  kit = await createTestHost({ modules: [zipkinReceiver], config: { 'zipkin-receiver': config } });
}
afterEach(async () => {
  kit.assertBooks();
  await kit[Symbol.asyncDispose]();
});

const post = (body: string | Uint8Array | object, type = 'application/json', path = '/api/v2/spans', listener = 'zipkin') =>
  kit.http(path, {
    listener,
    method: 'POST',
    body: Array.isArray(body) ? JSON.stringify(body) : body,
    headers: type === '' ? {} : { 'content-type': type },
  });
const taken = (): readonly ZipkinSpan[] => kit.collector(zipkinSpans).items;
const ids = (): readonly string[] => taken().map(({ id }) => id);
const books = () => kit.books().find(({ stream }) => stream === 'zipkin-spans');

describe('spans over HTTP', () => {
  it('are taken as JSON v2, whatever the type says that is no other format, and answered with 202 and nothing', async () => {
    await start();
    for (const [i, type] of [
      'application/json',
      'application/json; charset=utf-8',
      '',
      'text/plain',
      'application/x-www-form-urlencoded',
    ].entries()) {
      expect(await post(Buffer.from(JSON.stringify([span(`a${i}`)])), type)).toEqual({ status: 202 });
    }
    expect(ids()).toEqual([0, 1, 2, 3, 4].map((i) => `00000000000000a${i}`));
    expect(taken()[0]).toMatchObject({ traceId: '48485a3953bb6124', timestamp: T, duration: 100, debug: false, shared: false });
  });

  it('are taken as protobuf', async () => {
    await start();
    const bytes = zipkin.proto3.ListOfSpans.encode({
      spans: [{ traceId: Buffer.from('48485a3953bb6124', 'hex'), id: Buffer.from('00000000000000b1', 'hex'), tags: { a: 'b' } }],
    }).finish();
    for (const type of ['application/x-protobuf', 'application/protobuf']) expect((await post(bytes, type)).status).toBe(202);
    expect(ids()).toEqual(['00000000000000b1']);
    expect(taken()[0]?.tags.get('a')).toBe('b');
    expect(books()).toMatchObject({ received: 2, deduplicated: 1 });
  });

  it('are taken as JSON v1 and thrift, of which one may become two', async () => {
    await start();
    const host = (serviceName: string) => ({ serviceName });
    const marks = ['cs', 'sr', 'ss', 'cr'].map((value, i) => ({
      value,
      timestamp: T + i,
      endpoint: host(value === 'cs' || value === 'cr' ? 'front' : 'back'),
    }));
    expect((await post([span('c', { annotations: marks })], 'application/json', '/api/v1/spans')).status).toBe(202);
    expect(taken().map(({ kind, localEndpoint, shared }) => [kind, localEndpoint?.serviceName, shared])).toEqual([
      ['CLIENT', 'front', false],
      ['SERVER', 'back', true],
    ]);
    const thrift = Buffer.from('0c000000010a000148485a3953bb61240a0004a2fb4a1d1a96d31200', 'hex');
    expect((await post(thrift, 'application/x-thrift', '/api/v1/spans')).status).toBe(202);
    expect(ids()[2]).toBe('a2fb4a1d1a96d312');
  });

  it('may be none at all', async () => {
    await start();
    expect((await post('[]')).status).toBe(202);
    expect((await post(new Uint8Array(0))).status).toBe(202);
    expect(taken()).toEqual([]);
  });

  it('come over the listeners that the operator names', async () => {
    await start({ listeners: ['rest', 'other'] });
    expect((await post([span('1')], 'application/json', '/api/v2/spans', 'rest')).status).toBe(202);
    expect((await post([span('2')], 'application/json', '/api/v2/spans', 'other')).status).toBe(202);
    expect((await post([span('3')])).status).toBe(404);
    expect(taken()).toHaveLength(2);
  });
});

describe('bad input', () => {
  it.each([
    ['nonsense', 'application/json', 400, 'malformed'],
    ['{"traceId":"1","id":"1"}', 'application/json', 400, 'malformed'],
    ['[[[', 'application/json', 400, 'malformed'],
    ['\u0001\u0002', 'application/x-protobuf', 400, 'malformed'],
    ['[]', 'application/x-thrift', 415, 'content-type'],
    ['<spans/>', 'text/xml', 415, 'content-type'],
  ])('%j as %s is answered with %i and counted', async (body, type, status, reason) => {
    await start();
    const reply = await post(body, type);
    expect(reply.status).toBe(status);
    expect(JSON.parse(String(reply.body)).error).toMatch(/\w/);
    expect(books()?.skipped).toEqual({ [reason]: 1 });
  });

  it('one malformed span is told with its place, and the others are taken', async () => {
    await start();
    const reply = await post([span('1'), span('2', { tags: { a: null } }), span('3')]);
    expect(reply.status).toBe(400);
    expect(String(reply.body)).toContain('1 of 3 spans are malformed: [1].tags[\\"a\\"]: expected a string, got null');
    expect(ids()).toEqual(['0000000000000001', '0000000000000003']);
    expect(books()).toMatchObject({ received: 3, skipped: { malformed: 1 }, handled: 2 });
  });

  it('the other version on a path is refused in clear words', async () => {
    await start();
    expect(String((await post([span('1', { binaryAnnotations: [] })])).body)).toContain('expected a v2 span');
    expect(String((await post([span('1', { localEndpoint: {} })], '', '/api/v1/spans')).body)).toContain('expected a v1 span');
    expect(taken()).toEqual([]);
  });

  it('when spans cannot be stored the sender is told to come again', async () => {
    await start();
    kit.collector(zipkinSpans).fail(1);
    expect(await post([span('1')])).toMatchObject({ status: 503, headers: { 'retry-after': '2' } });
    expect((await post([span('1')])).status).toBe(202);
  });
});

describe('spans that are sent again', () => {
  it('are acknowledged and not published while they are remembered', async () => {
    await start({ dedupe: '10s' });
    const both = [span('1', { kind: 'CLIENT' }), span('1', { kind: 'SERVER', shared: true })];
    expect((await post(both)).status).toBe(202);
    expect((await post(both)).status).toBe(202);
    expect(books()).toMatchObject({ received: 4, handled: 2, deduplicated: 2 });
    await kit.clock.advance(30_000);
    await post(both);
    expect(taken()).toHaveLength(4);
  });

  it('are new when anything in them differs', async () => {
    await start();
    const base = { name: 'n', tags: { a: 'b' }, annotations: [{ timestamp: T, value: 'v' }], localEndpoint: { serviceName: 's', port: 1 } };
    const others = [
      {},
      { name: 'm' },
      { duration: 101 },
      { tags: { a: 'c' } },
      { tags: { ab: '' } },
      { annotations: [{ timestamp: T + 1, value: 'v' }] },
      { localEndpoint: { serviceName: 's', port: 2 } },
      { remoteEndpoint: { serviceName: 's', port: 1 }, localEndpoint: undefined },
      { parentId: '7' },
      { timestamp: T + 2 ** 32 },
      { debug: true },
      { traceId: '7' },
    ];
    expect((await post(others.map((other) => span('1', { ...base, ...other })))).status).toBe(202);
    expect(taken()).toHaveLength(others.length);
    expect(books()).toMatchObject({ deduplicated: 0 });
  });

  it('are all new when recognition is off', async () => {
    await start({ dedupe: 0 });
    await post([span('1'), span('1')]);
    expect(taken()).toHaveLength(2);
  });
});

describe('sampling', () => {
  it('takes traces by the last 64 bits of their id as a signed number, and all that are for debugging', async () => {
    await start({ sampleRate: 5000 });
    const traces = ['3fffffffffffffff', '4000000000000000', 'c000000000000001', 'bfffffffffffffff', 'ffffffffffffffff7000000000000000'];
    await post([...traces.map((traceId) => span('1', { traceId })), span('2', { traceId: '7fffffffffffffff', debug: true })]);
    expect(taken().map(({ traceId }) => traceId)).toEqual(['3fffffffffffffff', 'c000000000000001', '7fffffffffffffff']);
    expect(books()).toMatchObject({ received: 6, skipped: { 'sampled-out': 3 }, handled: 3 });
  });

  it('takes no more spans in a second than the operator says, but for debugging', async () => {
    await start({ maxSpansPerSecond: 2 });
    await post([span('1'), span('2'), span('3'), span('4', { debug: true })]);
    expect(taken()).toHaveLength(3);
    await kit.clock.advance(1000);
    await post([span('5')]);
    expect(ids().at(-1)).toBe('0000000000000005');
  });
});

it('keeps the contract of modules', async () => {
  await start();
  await checkModule({
    module: zipkinReceiver,
    inputs: {
      stream: zipkinSpans,
      send: async (host, n) => {
        const body = JSON.stringify([span((n + 1).toString(16))]);
        const reply = await host.http('/api/v2/spans', { listener: 'zipkin', method: 'POST', body });
        if (reply.status !== 202) throw new Error(`answered ${reply.status}`);
      },
      read: (item) => Number.parseInt(item.id, 16) - 1,
    },
  });
});
