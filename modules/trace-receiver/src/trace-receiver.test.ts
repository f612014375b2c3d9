import { describe, expect, it } from '@jest/globals';
import { StreamError } from '@skein/core';
import { checkModule, createTestHost, type TestHost } from '@skein/core/testing';
import { decodeSegment, skywalking } from '@skein/proto';
import { skywalking as attached } from '@skein/proto/attached-event';
import { observations, segments } from '@skein/telemetry';
import traceReceiver from './module.js';

const { SegmentCollection, SegmentObject } = skywalking.v3;
const COLLECT = '/skywalking.v3.TraceSegmentReportService/collect';
const IN_SYNC = '/skywalking.v3.TraceSegmentReportService/collectInSync';

const document = (id: string, more: object = {}) => ({
  traceId: `t-${id}`,
  traceSegmentId: id,
  service: 'shop-web',
  serviceInstance: 'shop-web-1',
  spans: [
    {
      spanId: 0,
      parentSpanId: -1,
      startTime: 1734221650012,
      endTime: 1734221650040,
      operationName: '/cart',
      spanType: 'Entry',
      spanLayer: 'Http',
      componentId: 6000,
      tags: [{ key: 'http.status_code', value: '200' }],
    },
  ],
  ...more,
});
const segment = (id: string): Uint8Array =>
  SegmentObject.encode({ traceSegmentId: id, spans: [{ spanId: 0, operationName: `/${id}` }] }).finish();
const collection = (...ids: string[]): Uint8Array =>
  SegmentCollection.encode({ segments: ids.map((id) => ({ traceSegmentId: id, spans: [{ operationName: '/x' }] })) }).finish();
const ids = (kit: TestHost): string[] => kit.collector(segments).items.map(({ bytes }) => decodeSegment(bytes).segmentId);
const start = (config: object = {}): Promise<TestHost> =>
  createTestHost({ modules: [traceReceiver], config: { 'trace-receiver': config } });
const books = (kit: TestHost) => kit.books().find((b) => b.stream === segments.id)!;
const json = { 'content-type': 'application/json' };

describe('gRPC', () => {
  it('publishes the bytes of a stream as they came, under both names of the service, and replies with empty commands', async () => {
    await using kit = await start();
    const sent = ['a', 'b', 'c', 'd'].map(segment);
    expect(await kit.grpc(COLLECT, sent)).toEqual([new Uint8Array(0)]);
    expect(await kit.grpc('/TraceSegmentReportService/collect', [segment('e')])).toEqual([new Uint8Array(0)]);
    expect(kit.collector(segments).items.map(({ bytes }) => Buffer.from(bytes))).toEqual(
      [...sent, segment('e')].map((b) => Buffer.from(b)),
    );
    kit.assertBooks();
  });

  it('splits a collection into its segments, each owning its bytes', async () => {
    await using kit = await start();
    expect(await kit.grpc(IN_SYNC, [collection('a', 'b')])).toEqual([new Uint8Array(0)]);
    expect(await kit.grpc('/TraceSegmentReportService/collectInSync', [collection()])).toEqual([new Uint8Array(0)]);
    expect(ids(kit)).toEqual(['a', 'b']);
    for (const { bytes } of kit.collector(segments).items) expect(bytes.buffer.byteLength).toBe(bytes.byteLength);
  });

  it('replies when the segments are handled, not before', async () => {
    await using kit = await start();
    kit.collector(segments).block();
    let replied = false;
    const reply = kit.grpc(COLLECT, [segment('a')]).then(() => {
      replied = true;
    });
    await kit.clock.advance(5_000);
    expect([replied, books(kit).inFlight]).toEqual([false, 1]);
    kit.collector(segments).release();
    await reply;
    expect(books(kit)).toMatchObject({ handled: 1, inFlight: 0 });
  });

  it('gives up before the client does, as retryable', async () => {
    await using kit = await start();
    kit.collector(segments).block();
    const reply = kit.grpc(COLLECT, [segment('a')], { timeoutMs: 10_000 }).catch((e: unknown) => e);
    await kit.clock.advance(8_100);
    expect(await reply).toMatchObject({ status: 'RESOURCE_EXHAUSTED' });
  });

  it('publishes the good messages of a stream, skips and counts the malformed ones, and says so', async () => {
    await using kit = await start();
    const bad = segment('b').subarray(0, -1);
    await expect(kit.grpc(COLLECT, [segment('a'), bad, segment('c')])).rejects.toMatchObject({
      status: 'INVALID_ARGUMENT',
      message: expect.stringContaining('1 of 3 messages are malformed'),
    });
    await expect(kit.grpc(IN_SYNC, [collection('d').subarray(0, -1)])).rejects.toMatchObject({ status: 'INVALID_ARGUMENT' });
    expect(ids(kit)).toEqual(['a', 'c']);
    expect(books(kit)).toMatchObject({ received: 4, handled: 2, skipped: { malformed: 2 } });
    kit.assertBooks();
  });
});

describe('attached events', () => {
  const ATTACHED = '/skywalking.v3.SpanAttachedEventReportService/collect';
  const event = (traceId: string, type: number): Uint8Array =>
    attached.v3.SpanAttachedEvent.encode({
      startTime: { seconds: 1734221650, nanos: 12_700_000 },
      event: 'HTTP Request Sampling',
      traceContext: { type, traceId, traceSegmentId: 's', spanId: '2' },
    }).finish();

  it('keeps them as they came, by their trace', async () => {
    await using kit = await start();
    expect(await kit.grpc(ATTACHED, [event('a', 0), event('b', 1)])).toEqual([new Uint8Array(0)]);
    const rows = kit.collector(observations).items.flatMap(({ records }) => records.map(({ row }) => row));
    const common = { id: 's_1734221650_12700000_HTTP Request Sampling', startTime: 1734221650012 };
    expect(rows).toEqual([
      { ...common, traceId: 'a', type: 'SKYWALKING', data: Buffer.from(event('a', 0)) },
      { ...common, traceId: 'b', type: 'ZIPKIN', data: Buffer.from(event('b', 1)) },
    ]);
    kit.assertBooks();
  });

  it('skips what is malformed or of no trace, and keeps the rest', async () => {
    await using kit = await start();
    const bad = [event('a', 0).subarray(0, -1), event('', 0), event('b', 0)];
    await expect(kit.grpc(ATTACHED, bad)).rejects.toMatchObject({ status: 'INVALID_ARGUMENT', message: expect.stringContaining('2 of 3') });
    expect(kit.collector(observations).items).toHaveLength(1);
    kit.assertBooks();
  });
});

describe('HTTP', () => {
  const OK = { status: 200, headers: { 'content-type': 'application/protobuf' } };

  it.each([
    ['application/json', JSON.stringify(document('a'))],
    ['text/plain;charset=UTF-8', JSON.stringify(document('a'))],
    ['application/x-protobuf', segment('a')],
    ['application/octet-stream', segment('a')],
    [undefined, segment('a')],
  ])('takes one segment as %s', async (type, body) => {
    await using kit = await start();
    expect(await kit.http('/v3/segment', { body, ...(type !== undefined && { headers: { 'content-type': type } }) })).toEqual(OK);
    expect(ids(kit)).toEqual(['a']);
  });

  it('gives a JSON segment the bytes that its protobuf form has', async () => {
    await using kit = await start();
    await kit.http('/v3/segment', { body: document('a') });
    const span = { ...document('a').spans[0]!, spanType: 0, spanLayer: 3 };
    const expected = SegmentObject.encode(SegmentObject.fromObject({ ...document('a'), spans: [span] })).finish();
    const [item] = kit.collector(segments).items;
    expect(Buffer.from(item!.bytes)).toEqual(Buffer.from(expected));
    expect(item!.bytes.buffer.byteLength).toBe(expected.byteLength);
  });

  it('takes an array element by element', async () => {
    await using kit = await start();
    expect(await kit.http('/v3/segments', { body: [document('a'), document('b')] })).toEqual(OK);
    expect(await kit.http('/v3/segments', { body: '[]', headers: { 'content-type': 'text/plain' } })).toEqual(OK);
    const mixed = await kit.http('/v3/segments', { body: [document('c'), { spans: [{ startTime: 'soon' }] }, 7, document('d')] });
    expect(mixed.status).toBe(400);
    expect(mixed.body).toContain('2 of 4 messages are malformed: spans[0].startTime: expected a 64-bit integer, got \\"soon\\"');
    expect(ids(kit)).toEqual(['a', 'b', 'c', 'd']);
    expect(books(kit)).toMatchObject({ received: 6, handled: 4, skipped: { malformed: 2 } });
    kit.assertBooks();
  });

  it.each<[string, string, string | Uint8Array, Record<string, string>, number, Record<string, number>]>([
    ['JSON that is cut off', '/v3/segment', '{"traceId":"t"', json, 400, { malformed: 1 }],
    ['a wrong type', '/v3/segment', '{"spans":{}}', json, 400, { malformed: 1 }],
    ['an array for an object', '/v3/segment', '[]', json, 400, { malformed: 1 }],
    ['an object for an array', '/v3/segments', '{}', json, 400, { malformed: 1 }],
    ['an array that is cut off', '/v3/segments', '[{}', json, 400, { malformed: 1 }],
    ['deep nesting', '/v3/segments', '['.repeat(100_000), json, 400, { malformed: 1 }],
    ['bytes that are not UTF-8', '/v3/segment', Uint8Array.of(0x22, 0xff, 0x22), json, 400, { malformed: 1 }],
    ['truncated protobuf', '/v3/segment', segment('a').subarray(0, -1), {}, 400, { malformed: 1 }],
    ['JSON sent as protobuf', '/v3/segment', '{"traceId":"t"}', {}, 400, { malformed: 1 }],
    ['a wrong content type', '/v3/segment', '<segment/>', { 'content-type': 'text/xml' }, 415, { 'content-type': 1 }],
    ['protobuf for an array', '/v3/segments', segment('a'), {}, 415, { 'content-type': 1 }],
  ])('refuses and counts %s', async (_what, path, body, headers, status, skipped) => {
    await using kit = await start();
    expect((await kit.http(path, { body, headers })).status).toBe(status);
    expect(ids(kit)).toEqual([]);
    expect(books(kit)).toMatchObject({ received: 1, skipped });
    kit.assertBooks();
  });

  it('takes what is odd and yet a segment, and keeps the values', async () => {
    await using kit = await start();
    const span = document('x').spans[0]!;
    const odd: ReadonlyArray<readonly [object, (view: ReturnType<typeof decodeSegment>) => void]> = [
      [{ spans: Array.from({ length: 10_000 }, (_, spanId) => ({ ...span, spanId })) }, (v) => expect(v.spans).toHaveLength(10_000)],
      [
        { spans: [{ ...span, spanType: 'Sideways', spanLayer: 99 }] },
        (v) => expect([v.spans[0]!.spanType, v.spans[0]!.spanLayer]).toEqual([0, 99]),
      ],
      [{ service: 's'.repeat(10_240) }, (v) => expect(v.service).toHaveLength(10_240)],
      [
        { spans: [{ ...span, startTime: -5, endTime: '9007199254740993' }] },
        (v) => expect([v.spans[0]!.startTime, v.spans[0]!.endTime]).toEqual([-5, 2 ** 53]),
      ],
      [
        { spans: [{ ...span, tags: [{ key: '__proto__', value: 'x' }] }] },
        (v) => expect([...v.spans[0]!.tags()]).toEqual([['__proto__', 'x']]),
      ],
      [{ spans: [], unknown: { a: [{}] } }, (v) => expect(v.spans).toEqual([])],
    ];
    for (const [i, [more, check]] of odd.entries()) {
      expect((await kit.http('/v3/segment', { body: document(`odd-${i}`, more) })).status).toBe(200);
      check(decodeSegment(kit.collector(segments).items.at(-1)!.bytes));
    }
  });

  it('answers 503 when the stream refuses', async () => {
    await using kit = await start();
    kit.collector(segments).fail(1, new StreamError('REFUSED', 'no room', true));
    expect(await kit.http('/v3/segment', { body: document('a') })).toMatchObject({ status: 503, headers: { 'retry-after': '2' } });
  });
});

describe('segments that are sent again', () => {
  const again = (kit: TestHost, ...list: string[]): Promise<unknown> => kit.http('/v3/segments', { body: list.map((id) => document(id)) });

  it('are acknowledged and not published while they are remembered', async () => {
    await using kit = await start({ dedupe: '60s' });
    expect(await again(kit, 'a', 'b', 'a')).toMatchObject({ status: 200 });
    await kit.clock.advance(59_000);
    expect(await again(kit, 'b', 'c')).toMatchObject({ status: 200 });
    await kit.grpc(IN_SYNC, [collection('a', 'd')]);
    expect(ids(kit)).toEqual(['a', 'b', 'c', 'd']);
    expect(books(kit)).toMatchObject({ received: 7, handled: 4, deduplicated: 3 });
    await kit.clock.advance(180_000);
    await again(kit, 'a');
    expect(ids(kit)).toEqual(['a', 'b', 'c', 'd', 'a']);
    kit.assertBooks();
  });

  it('wait for the first copy while that is under way', async () => {
    await using kit = await start();
    kit.collector(segments).block();
    const replies: string[] = [];
    const first = again(kit, 'a').then(() => replies.push('first'));
    await kit.clock.advance(10);
    const second = again(kit, 'a', 'b').then(() => replies.push('second'));
    await kit.clock.advance(10);
    expect(replies).toEqual([]);
    expect(books(kit)).toMatchObject({ received: 2, deduplicated: 0 });
    kit.collector(segments).release();
    await Promise.all([first, second]);
    expect(ids(kit)).toEqual(['a', 'b']);
    expect(books(kit)).toMatchObject({ received: 3, handled: 2, deduplicated: 1 });
    kit.assertBooks();
  });

  it('share the fate of the first copy: stored when they come after its failure, refused when they came while it was under way', async () => {
    await using kit = await start();
    const collector = kit.collector(segments);
    collector.fail(1, new StreamError('FAILED', 'the store is away', true));
    expect(await again(kit, 'a')).toMatchObject({ status: 503 });
    expect(await again(kit, 'a')).toMatchObject({ status: 200 });

    collector.block();
    collector.fail(1, new StreamError('FAILED', 'the store is away', true));
    const first = again(kit, 'b');
    const copies = [again(kit, 'b'), again(kit, 'b')];
    await kit.clock.advance(10);
    collector.release();
    expect(await first).toMatchObject({ status: 503 });
    for (const copy of copies) expect(await copy).toMatchObject({ status: 503 });
    expect(await again(kit, 'b')).toMatchObject({ status: 200 });
    expect(ids(kit).filter((id) => id === 'b')).toHaveLength(1);
    expect(books(kit).skipped).toEqual({ 'first-copy-failed': 2 });
    kit.assertBooks();
  });

  it('are forgotten early when there are too many, oldest first', async () => {
    await using kit = await start({ dedupeLimit: 4 });
    await again(kit, '1', '2', '3', '4', '5');
    await again(kit, '5');
    await again(kit, '1');
    expect(ids(kit)).toEqual(['1', '2', '3', '4', '5', '1']);
  });

  it('are new ones when they carry no id, or recognition is off', async () => {
    await using kit = await start();
    await again(kit, '', '');
    expect(ids(kit)).toEqual(['', '']);
    await using off = await start({ dedupe: 0 });
    await again(off, 'a', 'a');
    expect(ids(off)).toEqual(['a', 'a']);
  });
});

it('keeps the contract of modules, over gRPC and over HTTP', async () => {
  const read = ({ bytes }: { bytes: Uint8Array }): number => Number(decodeSegment(bytes).segmentId);
  await checkModule({
    module: traceReceiver,
    inputs: { stream: segments, read, count: 150, send: (kit, n) => kit.grpc(COLLECT, [segment(String(n))], { timeoutMs: 30_000 }) },
  });
  await checkModule({
    module: traceReceiver,
    inputs: {
      stream: segments,
      read,
      count: 150,
      send: async (kit, n) => {
        const { status } = await kit.http('/v3/segment', { body: document(String(n)) });
        if (status !== 200) throw new Error(`answered ${status}`);
      },
    },
  });
}, 20_000);
