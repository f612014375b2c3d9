import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import protobuf from 'protobufjs';
import { JsonError } from '../json-error.js';
import { MalformedError } from '../malformed.js';
import { type DecodedSpan, decodeSpans, parentIdOf, type SpanEncoding, spanIdOf, traceIdOf } from './index.js';

const T = 1_472_470_996_199_000;
const IDS = { traceId: '48485a3953bb6124', id: 'a2fb4a1d1a96d312' };

const json = (document: unknown, encoding: SpanEncoding = 'json-v2') => decodeSpans(Buffer.from(JSON.stringify(document)), encoding);
const only = ({ spans, malformed, problem }: ReturnType<typeof decodeSpans>): DecodedSpan => {
  expect([malformed, problem]).toEqual([0, undefined]);
  expect(spans).toHaveLength(1);
  return spans[0]!;
};

/** A span as plain data, without what is not known. */
const plain = ({ weight, tags, annotations, localEndpoint, remoteEndpoint, ...span }: DecodedSpan): object => {
  expect(weight).toBeGreaterThan(0);
  const known = (o: object | undefined): object | undefined =>
    o && Object.fromEntries(Object.entries(o).filter(([, value]) => value !== undefined));
  return known({
    ...span,
    localEndpoint: known(localEndpoint),
    remoteEndpoint: known(remoteEndpoint),
    ...(annotations.length > 0 && { annotations }),
    ...(tags.size > 0 && { tags: Object.fromEntries(tags) }),
    timestamp: span.timestamp || undefined,
    duration: span.duration || undefined,
    debug: span.debug || undefined,
    shared: span.shared || undefined,
  })!;
};

describe('ids', () => {
  it('are padded to 16 or 32 digits in lower case, and lose 64 leading zero bits', () => {
    expect(traceIdOf('1')).toBe('0000000000000001');
    expect(traceIdOf('48485A3953BB6124')).toBe('48485a3953bb6124');
    expect(traceIdOf('148485a3953bb6124')).toBe('000000000000000148485a3953bb6124');
    expect(traceIdOf('000000000000000048485a3953bb6124')).toBe('48485a3953bb6124');
    expect(spanIdOf('abc')).toBe('0000000000000abc');
    expect(parentIdOf('0')).toBe('');
  });

  it.each(['', '0', '0'.repeat(32), 'g', '1'.repeat(33), '1 ', '0x1', 'İ', '１'])('are refused when they are %j', (id) => {
    expect(traceIdOf(id)).toBeUndefined();
    expect(spanIdOf(id)).toBeUndefined();
  });
});

describe('JSON v2', () => {
  it('reads every member', () => {
    const span = {
      ...IDS,
      parentId: '463ac35c9f6413ad',
      kind: 'CLIENT',
      name: 'GET /Api',
      timestamp: T,
      duration: 207_000,
      localEndpoint: { serviceName: 'FrontEnd', ipv4: '127.0.0.1', port: 8080 },
      remoteEndpoint: { serviceName: 'backend', ipv6: '2001:DB8::C001', port: 0 },
      annotations: [{ timestamp: T + 1, value: 'foo' }],
      tags: { 'http.path': '/api', retries: 2, cached: true },
      debug: true,
      shared: true,
      unknown: { deep: [1] },
    };
    expect(plain(only(json([span])))).toEqual({
      ...IDS,
      parentId: '463ac35c9f6413ad',
      kind: 'CLIENT',
      name: 'get /api',
      timestamp: T,
      duration: 207_000,
      localEndpoint: { serviceName: 'frontend', ipv4: '127.0.0.1', port: 8080 },
      remoteEndpoint: { serviceName: 'backend', ipv6: '2001:db8::c001' },
      annotations: [{ timestamp: T + 1, value: 'foo' }],
      tags: { 'http.path': '/api', retries: '2', cached: 'true' },
      debug: true,
      shared: true,
    });
  });

  it('takes what is absent, null, empty or zero as unknown', () => {
    const nothing = { parentId: null, kind: null, name: '', timestamp: 0, duration: null, localEndpoint: {}, remoteEndpoint: null };
    expect(plain(only(json([{ ...IDS, ...nothing, annotations: [], tags: null, debug: null }])))).toEqual(IDS);
    expect(plain(only(json([{ ...IDS, parentId: '0', timestamp: -5, localEndpoint: { ipv4: 'nowhere', port: 70_000 } }])))).toEqual(IDS);
    expect(plain(only(json([{ ...IDS, parentId: IDS.id }])))).toEqual(IDS);
  });

  it('keeps microseconds exact up to 2^53, also as text', () => {
    expect(only(json([{ ...IDS, timestamp: Number.MAX_SAFE_INTEGER }])).timestamp).toBe(Number.MAX_SAFE_INTEGER);
    expect(only(json([{ ...IDS, timestamp: '9007199254740991' }])).timestamp).toBe(Number.MAX_SAFE_INTEGER);
  });

  it('replaces halves of characters, and takes keys that objects have anyway', () => {
    const body = `[{"traceId":"1","id":"2","name":"a\\ud800","tags":{"__proto__":"x","constructor":"y","k":"1","k":"2"}}]`;
    const span = only(decodeSpans(Buffer.from(body), 'json-v2'));
    expect(span.name).toBe('a\ufffd');
    expect([...span.tags]).toEqual([
      ['__proto__', 'x'],
      ['constructor', 'y'],
      ['k', '2'],
    ]);
  });

  it.each([
    [{ ...IDS, traceId: undefined }, '[1].traceId: expected 1 to 32 hex digits, not all zero, got nothing'],
    [{ ...IDS, id: '00' }, '[1].id: expected 1 to 16 hex digits, not all zero, got "00"'],
    [{ ...IDS, id: 7 }, '[1].id: expected 1 to 16 hex digits, not all zero, got 7'],
    [{ ...IDS, parentId: {} }, '[1].parentId: expected 1 to 16 hex digits, got an object'],
    [{ ...IDS, kind: 'client' }, '[1].kind: expected CLIENT, SERVER, PRODUCER or CONSUMER, got "client"'],
    [{ ...IDS, name: 4 }, '[1].name: expected a string, got 4'],
    [{ ...IDS, timestamp: 1.5 }, '[1].timestamp: expected whole microseconds below 2^53, got 1.5'],
    [{ ...IDS, timestamp: 1e300 }, '[1].timestamp: expected whole microseconds below 2^53, got 1e+300'],
    [{ ...IDS, duration: 2 ** 53 }, '[1].duration: expected whole microseconds below 2^53, got 9007199254740992'],
    [{ ...IDS, localEndpoint: 'here' }, '[1].localEndpoint: expected an object, got "here"'],
    [{ ...IDS, remoteEndpoint: { port: '80' } }, '[1].remoteEndpoint.port: expected a number, got "80"'],
    [{ ...IDS, annotations: [{ timestamp: T, value: 'a' }, { value: 'b' }] }, '[1].annotations[1].timestamp: expected microseconds'],
    [{ ...IDS, annotations: {} }, '[1].annotations: expected an array, got an object'],
    [{ ...IDS, tags: { a: null } }, '[1].tags["a"]: expected a string, got null'],
    [{ ...IDS, tags: ['a'] }, '[1].tags: expected an object, got an array'],
    [{ ...IDS, shared: 1 }, '[1].shared: expected true or false, got 1'],
    [{ ...IDS, binaryAnnotations: [] }, '[1].binaryAnnotations: expected a v2 span, which has tags, got an array'],
    ['span', '[1]: expected an object, got "span"'],
    [null, '[1]: expected an object, got null'],
  ])('counts %j as malformed, says where and why, and takes the spans around it', (bad, message) => {
    const list = json([IDS, bad, IDS]);
    expect([list.spans.length, list.malformed]).toEqual([2, 1]);
    expect(list.problem?.message).toContain(message);
  });

  it.each(['{}', 'null', '"x"', '[', '[{]', '', 'nonsense', '['.repeat(100) + ']'.repeat(100)])(
    'refuses %j as a whole, but for nothing',
    (body) => {
      if (body === '') expect(decodeSpans(Buffer.from(body), 'json-v2').spans).toEqual([]);
      else expect(() => decodeSpans(Buffer.from(body), 'json-v2')).toThrow(JsonError);
    },
  );

  it('looks at no more than a hundred malformed spans', () => {
    const list = json([...Array(5000).fill({}), IDS]);
    expect([list.spans.length, list.malformed]).toEqual([0, 5001]);
  });
});

const CLIENT = { serviceName: 'frontend', ipv4: '10.0.0.1' };
const SERVER = { serviceName: 'backend', ipv4: '10.0.0.2', port: 9000 };
const mark = (value: string, timestamp: number, endpoint: object | undefined = CLIENT) => ({ timestamp, value, endpoint });
const v1 = (span: object) => {
  const { spans, malformed, problem } = json([{ ...IDS, name: 'get', ...span }], 'json-v1');
  expect([malformed, problem]).toEqual([0, undefined]);
  return spans.map(plain);
};
const BASE = { ...IDS, name: 'get' };

describe('v1 spans become v2 spans', () => {
  it('a client span with both marks', () => {
    const tag = { key: 'http.path', value: '/api', endpoint: CLIENT };
    const span = { annotations: [mark('cs', T), mark('cr', T + 50), mark('foo', T + 9)], binaryAnnotations: [tag], debug: true };
    expect(v1(span)).toEqual([
      {
        ...BASE,
        kind: 'CLIENT',
        timestamp: T,
        duration: 50,
        localEndpoint: CLIENT,
        annotations: [{ timestamp: T + 9, value: 'foo' }],
        tags: { 'http.path': '/api' },
        debug: true,
      },
    ]);
  });

  it('the time that the sender set goes before that of the marks', () => {
    expect(v1({ timestamp: T - 5, duration: 99, annotations: [mark('cs', T), mark('cr', T + 50)] })).toEqual([
      { ...BASE, kind: 'CLIENT', timestamp: T - 5, duration: 99, localEndpoint: CLIENT },
    ]);
  });

  it('a server span without a time of its own is shared', () => {
    const annotations = [mark('sr', T, SERVER), mark('ss', T + 30, SERVER)];
    expect(v1({ annotations })).toEqual([{ ...BASE, kind: 'SERVER', timestamp: T, duration: 30, localEndpoint: SERVER, shared: true }]);
    expect(v1({ annotations, timestamp: T, duration: 30 })).toEqual([
      { ...BASE, kind: 'SERVER', timestamp: T, duration: 30, localEndpoint: SERVER },
    ]);
  });

  it('both sides in one are split', () => {
    const annotations = [mark('cs', T), mark('sr', T + 10, SERVER), mark('ss', T + 40, SERVER), mark('cr', T + 50)];
    expect(v1({ timestamp: T, duration: 50, annotations })).toEqual([
      { ...BASE, kind: 'CLIENT', timestamp: T, duration: 50, localEndpoint: CLIENT },
      { ...BASE, kind: 'SERVER', timestamp: T + 10, duration: 30, localEndpoint: SERVER, shared: true },
    ]);
  });

  it('a service that calls itself is split, too', () => {
    const annotations = [mark('cs', T), mark('sr', T + 10), mark('ss', T + 40), mark('cr', T + 50)];
    expect(v1({ annotations })).toEqual([
      { ...BASE, kind: 'CLIENT', timestamp: T, duration: 50, localEndpoint: CLIENT },
      { ...BASE, kind: 'SERVER', timestamp: T + 10, duration: 30, localEndpoint: CLIENT, shared: true },
    ]);
  });

  it('half a pair sets the start, or stays an annotation', () => {
    expect(v1({ annotations: [mark('cs', T)] })).toEqual([{ ...BASE, kind: 'CLIENT', timestamp: T, localEndpoint: CLIENT }]);
    expect(v1({ annotations: [mark('cr', T)] })).toEqual([
      { ...BASE, kind: 'CLIENT', localEndpoint: CLIENT, annotations: [{ timestamp: T, value: 'cr' }] },
    ]);
    expect(v1({ timestamp: T, duration: 50, annotations: [mark('cr', T + 50)] })).toEqual([
      { ...BASE, kind: 'CLIENT', timestamp: T, duration: 50, localEndpoint: CLIENT },
    ]);
  });

  it('messages have producers and consumers', () => {
    const broker = { serviceName: 'kafka' };
    const address = { key: 'ma', value: true, endpoint: broker };
    expect(v1({ annotations: [mark('ms', T), mark('ws', T + 5)], binaryAnnotations: [address] })).toEqual([
      { ...BASE, kind: 'PRODUCER', timestamp: T, duration: 5, localEndpoint: CLIENT, remoteEndpoint: broker },
    ]);
    expect(v1({ annotations: [mark('ms', T), mark('mr', T + 20, SERVER)], binaryAnnotations: [address] })).toEqual([
      { ...BASE, kind: 'PRODUCER', timestamp: T, localEndpoint: CLIENT, remoteEndpoint: broker },
      { ...BASE, kind: 'CONSUMER', timestamp: T + 20, localEndpoint: SERVER, remoteEndpoint: broker, shared: true },
    ]);
  });

  it('addresses name the other side', () => {
    const sa = { key: 'sa', value: true, endpoint: SERVER };
    const ca = { key: 'ca', value: false, endpoint: CLIENT };
    expect(v1({ annotations: [mark('cs', T), mark('cr', T + 1)], binaryAnnotations: [sa] })).toEqual([
      { ...BASE, kind: 'CLIENT', timestamp: T, duration: 1, localEndpoint: CLIENT, remoteEndpoint: SERVER },
    ]);
    expect(v1({ binaryAnnotations: [sa] })).toEqual([{ ...BASE, remoteEndpoint: SERVER }]);
    expect(v1({ binaryAnnotations: [ca] })).toEqual([{ ...BASE, kind: 'SERVER', remoteEndpoint: CLIENT }]);
    expect(v1({ binaryAnnotations: [ca, sa] })).toEqual([{ ...BASE, localEndpoint: CLIENT, remoteEndpoint: SERVER }]);
  });

  it('an empty lc only says who, other texts are tags, other values are left out', () => {
    const binaryAnnotations = [
      { key: 'lc', value: '', endpoint: CLIENT },
      { key: 'a', value: 'b' },
      { key: 'n', value: 5 },
      { key: 'yes', value: true },
    ];
    expect(v1({ timestamp: T, duration: 3, binaryAnnotations })).toEqual([
      { ...BASE, timestamp: T, duration: 3, localEndpoint: CLIENT, tags: { a: 'b' } },
    ]);
  });

  it('marks without an endpoint are annotations like any other', () => {
    expect(v1({ annotations: [{ timestamp: T, value: 'cs' }] })).toEqual([{ ...BASE, annotations: [{ timestamp: T, value: 'cs' }] }]);
  });

  it('many services in one span take time in proportion', () => {
    const annotations = Array.from({ length: 20_000 }, (_, i) => mark('x', T, { serviceName: `s${i}` }));
    expect(json([{ ...IDS, annotations }], 'json-v1').spans).toHaveLength(20_000);
  });

  it('v2 members on the v1 path are told as such', () => {
    expect(json([{ ...IDS, localEndpoint: CLIENT }], 'json-v1').problem?.message).toContain('expected a v1 span');
    expect(json([{ ...IDS, tags: {} }], 'json-v1').malformed).toBe(1);
  });
});

const endpointArbitrary = fc.record(
  {
    serviceName: fc.constantFrom('frontend', 'backend', 'db'),
    ipv4: fc.ipV4().filter((ip) => ip !== '0.0.0.0'),
    port: fc.integer({ min: 1, max: 65_535 }),
  },
  { requiredKeys: ['serviceName'] },
);
const timeArbitrary = fc.integer({ min: 1, max: 2 ** 52 });
const textArbitrary = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 });
const hex = (digits: number) =>
  fc.string({ unit: fc.constantFrom(...'0123456789abcdef'), minLength: digits, maxLength: digits }).filter((id) => /^[1-9a-f]/.test(id));
const spanArbitrary = fc.record(
  {
    traceId: fc.oneof(hex(16), hex(32)),
    id: hex(16).filter((id) => !id.startsWith('f')),
    parentId: hex(16).map((id) => `f${id.slice(1)}`),
    kind: fc.constantFrom('CLIENT', 'SERVER', 'PRODUCER', 'CONSUMER'),
    name: fc.constantFrom('get', 'post /a', 'übermitteln'),
    timestamp: timeArbitrary,
    duration: timeArbitrary,
    localEndpoint: endpointArbitrary,
    remoteEndpoint: endpointArbitrary,
    annotations: fc.array(fc.record({ timestamp: timeArbitrary, value: textArbitrary }), { minLength: 1, maxLength: 3 }),
    tags: fc.dictionary(fc.constantFrom('a', 'b', 'http.path', 'error'), textArbitrary, { minKeys: 1, maxKeys: 4 }),
    debug: fc.constant(true),
    shared: fc.constant(true),
  },
  { requiredKeys: ['traceId', 'id'] },
);

const schema = protobuf.loadSync(fileURLToPath(new URL('../../zipkin/zipkin.proto', import.meta.url)));
const ListOfSpans = schema.lookupType('zipkin.proto3.ListOfSpans');
const bytesOf = (text: string | undefined) => (text === undefined ? undefined : Buffer.from(text, 'hex'));
const wireEndpoint = (endpoint: { serviceName?: string; ipv4?: string; port?: number } | undefined) =>
  endpoint && { ...endpoint, ipv4: endpoint.ipv4 === undefined ? undefined : Buffer.from(endpoint.ipv4.split('.').map(Number)) };
type AnySpan = typeof spanArbitrary extends fc.Arbitrary<infer S> ? S : never;
const protobufOf = (spans: readonly AnySpan[]): Uint8Array =>
  ListOfSpans.encode(
    ListOfSpans.fromObject({
      spans: spans.map((span) => ({
        ...span,
        traceId: bytesOf(span.traceId),
        id: bytesOf(span.id),
        parentId: bytesOf(span.parentId),
        localEndpoint: wireEndpoint(span.localEndpoint),
        remoteEndpoint: wireEndpoint(span.remoteEndpoint),
      })),
    }),
  ).finish();

describe('protobuf', () => {
  it('says the same as JSON v2, whatever the spans', () => {
    fc.assert(
      fc.property(fc.array(spanArbitrary, { maxLength: 4 }), (spans) => {
        const read = decodeSpans(protobufOf(spans), 'protobuf');
        expect([read.malformed, read.problem]).toEqual([0, undefined]);
        expect(read.spans.map(plain)).toEqual(json(spans).spans.map(plain));
        expect(read.spans.map(plain)).toEqual(spans);
      }),
      { numRuns: 200 },
    );
  });

  it('reads an IPv6 address, and the IPv4 one that it may hold', () => {
    const withAddress = (hexText: string) =>
      only(
        decodeSpans(
          ListOfSpans.encode(
            ListOfSpans.fromObject({
              spans: [{ traceId: bytesOf(IDS.traceId), id: bytesOf(IDS.id), localEndpoint: { ipv6: bytesOf(hexText) } }],
            }),
          ).finish(),
          'protobuf',
        ),
      ).localEndpoint;
    expect(withAddress('20010db800000000000000000000c001')?.ipv6).toBe('2001:db8::c001');
    expect(withAddress('20010db8000100020003000400050006')?.ipv6).toBe('2001:db8:1:2:3:4:5:6');
    expect(withAddress('00000000000000000000000000000001')?.ipv6).toBe('::1');
    expect(withAddress('00000000000000000000ffff0a000001')).toMatchObject({ ipv4: '10.0.0.1', ipv6: undefined });
    expect(withAddress('00'.repeat(16))).toBeUndefined();
  });

  it('counts spans that are wrong, and takes the others', () => {
    const good = { traceId: bytesOf(IDS.traceId), id: bytesOf(IDS.id) };
    const bad = [
      {},
      { ...good, id: Buffer.alloc(8) },
      { ...good, traceId: Buffer.alloc(17, 1) },
      { ...good, annotations: [{ value: 'x' }] },
    ];
    const list = decodeSpans(ListOfSpans.encode(ListOfSpans.fromObject({ spans: [good, ...bad, good] })).finish(), 'protobuf');
    expect([list.spans.length, list.malformed]).toEqual([2, bad.length]);
  });

  it('takes no more than a hundred thousand spans, and looks at no more than a hundred wrong ones', () => {
    expect(decodeSpans(Buffer.alloc(2_000_000, Buffer.from('0a00', 'hex')), 'protobuf').malformed).toBe(1_000_000);
    const one = protobufOf([{ ...IDS }]);
    expect(() => decodeSpans(Buffer.alloc(one.length * 100_001, one), 'protobuf')).toThrow(MalformedError);
  });
});

/** Thrift's binary protocol, written from its description: type, number, value; lists with type and count. */
class Thrift {
  private readonly parts: Buffer[] = [];
  private raw(size: number, write: (b: Buffer) => void): this {
    const bytes = Buffer.alloc(size);
    write(bytes);
    this.parts.push(bytes);
    return this;
  }
  head(type: number, id: number): this {
    return this.raw(3, (b) => b.writeInt16BE(id, b.writeUInt8(type)));
  }
  i64(id: number, value: bigint): this {
    return this.head(10, id).raw(8, (b) => b.writeBigUInt64BE(BigInt.asUintN(64, value)));
  }
  i32(id: number, value: number): this {
    return this.head(8, id).raw(4, (b) => b.writeInt32BE(value));
  }
  i16(id: number, value: number): this {
    return this.head(6, id).raw(2, (b) => b.writeUInt16BE(value));
  }
  bool(id: number, value: boolean): this {
    return this.head(2, id).raw(1, (b) => b.writeUInt8(value ? 1 : 0));
  }
  bytes(id: number, value: string | Buffer): this {
    const bytes = Buffer.from(value as string);
    this.head(11, id).raw(4, (b) => b.writeInt32BE(bytes.length));
    this.parts.push(bytes);
    return this;
  }
  struct(id: number, value: Thrift | undefined): this {
    if (value !== undefined) this.head(12, id).parts.push(value.end());
    return this;
  }
  list(id: number, items: readonly Thrift[]): this {
    this.head(15, id).parts.push(thriftList(items));
    return this;
  }
  end(): Buffer {
    return Buffer.concat([...this.parts, Buffer.from([0])]);
  }
}
function thriftList(items: readonly Thrift[]): Buffer {
  const head = Buffer.alloc(5);
  head.writeInt32BE(items.length, head.writeUInt8(12));
  return Buffer.concat([head, ...items.map((item) => item.end())]);
}
const thriftHost = (endpoint: { serviceName?: string; ipv4?: string; port?: number } | undefined): Thrift | undefined => {
  if (endpoint === undefined) return undefined;
  const host = new Thrift();
  if (endpoint.ipv4 !== undefined) host.i32(1, Buffer.from(endpoint.ipv4.split('.').map(Number)).readInt32BE());
  if (endpoint.port !== undefined) host.i16(2, endpoint.port);
  if (endpoint.serviceName !== undefined) host.bytes(3, endpoint.serviceName);
  return host;
};
type V1Shape = {
  readonly traceId: string;
  readonly id: string;
  readonly parentId?: string;
  readonly name?: string;
  readonly timestamp?: number;
  readonly duration?: number;
  readonly debug?: boolean;
  readonly annotations?: readonly { timestamp: number; value: string; endpoint?: object }[];
  readonly binaryAnnotations?: readonly { key: string; value: string | boolean; endpoint?: object }[];
};
function thriftSpan(span: V1Shape): Thrift {
  const word = (text: string): bigint => BigInt(`0x${text}`);
  const struct = new Thrift().i64(1, word(span.traceId.slice(-16)));
  if (span.name !== undefined) struct.bytes(3, span.name);
  struct.i64(4, word(span.id));
  if (span.parentId !== undefined) struct.i64(5, word(span.parentId));
  struct.list(
    6,
    (span.annotations ?? []).map((a) => new Thrift().i64(1, BigInt(a.timestamp)).bytes(2, a.value).struct(3, thriftHost(a.endpoint))),
  );
  struct.list(
    8,
    (span.binaryAnnotations ?? []).map((b) =>
      new Thrift()
        .bytes(1, b.key)
        .bytes(2, typeof b.value === 'string' ? b.value : Buffer.from([b.value ? 1 : 0]))
        .i32(3, typeof b.value === 'string' ? 6 : 0)
        .struct(4, thriftHost(b.endpoint)),
    ),
  );
  if (span.debug !== undefined) struct.bool(9, span.debug);
  if (span.timestamp !== undefined) struct.i64(10, BigInt(span.timestamp));
  if (span.duration !== undefined) struct.i64(11, BigInt(span.duration));
  if (span.traceId.length === 32) struct.i64(12, word(span.traceId.slice(0, 16)));
  return struct;
}

const v1Arbitrary = fc.record(
  {
    traceId: fc.oneof(hex(16), hex(32)),
    id: hex(16).filter((id) => !id.startsWith('f')),
    parentId: hex(16).map((id) => `f${id.slice(1)}`),
    name: fc.constantFrom('get', 'POST /a'),
    timestamp: timeArbitrary,
    duration: timeArbitrary,
    debug: fc.boolean(),
    annotations: fc.array(
      fc.record(
        {
          timestamp: timeArbitrary,
          value: fc.constantFrom('cs', 'cr', 'sr', 'ss', 'ms', 'mr', 'ws', 'wr', 'foo'),
          endpoint: endpointArbitrary,
        },
        { requiredKeys: ['timestamp', 'value'] },
      ),
      { maxLength: 6 },
    ),
    binaryAnnotations: fc.array(
      fc.record(
        {
          key: fc.constantFrom('sa', 'ca', 'ma', 'lc', 'http.path'),
          value: fc.oneof(fc.boolean(), textArbitrary),
          endpoint: endpointArbitrary,
        },
        { requiredKeys: ['key', 'value'] },
      ),
      { maxLength: 4 },
    ),
  },
  { requiredKeys: ['traceId', 'id'] },
) as fc.Arbitrary<V1Shape>;

describe('thrift', () => {
  it('reads the bytes of a span', () => {
    const golden =
      '0c000000010a000148485a3953bb61240b0003000000034745540a0004a2fb4a1d1a96d3120f00060c00000001' +
      '0a000100053b3c5e77bd180b00020000000263730c0003080001ffa80101060002ffff0b00030000000141000000';
    const [span] = decodeSpans(Buffer.from(golden, 'hex'), 'thrift').spans;
    expect(span && plain(span)).toEqual({
      ...IDS,
      name: 'get',
      kind: 'CLIENT',
      timestamp: 0x53b3c5e77bd18,
      localEndpoint: { serviceName: 'a', ipv4: '255.168.1.1', port: 65_535 },
    });
  });

  it('says the same as JSON v1, whatever the spans', () => {
    fc.assert(
      fc.property(fc.array(v1Arbitrary, { maxLength: 3 }), (spans) => {
        const read = decodeSpans(thriftList(spans.map(thriftSpan)), 'thrift');
        expect([read.malformed, read.problem]).toEqual([0, undefined]);
        expect(read.spans.map(plain)).toEqual(json(spans, 'json-v1').spans.map(plain));
      }),
      { numRuns: 300 },
    );
  });

  it('passes over fields and types that it does not know', () => {
    const strange = thriftSpan(IDS)
      .list(20, [new Thrift().struct(1, new Thrift().bytes(1, 'x'))])
      .i32(1, 7)
      .bytes(10, 'no time');
    expect(plain(only(decodeSpans(thriftList([strange]), 'thrift')))).toEqual(IDS);
  });

  it('refuses what is broken, and lists and nests that are larger than their bytes could be', () => {
    const whole = thriftList([thriftSpan({ ...IDS, annotations: [mark('cs', T)] }), thriftSpan(IDS)]);
    for (let length = 1; length < whole.length; length++) {
      expect(() => decodeSpans(whole.subarray(0, length), 'thrift')).toThrow(MalformedError);
    }
    expect(() => decodeSpans(Buffer.from('0c7fffffff', 'hex'), 'thrift')).toThrow(MalformedError);
    expect(() => decodeSpans(Buffer.from(`0c00000001${'0c0063'.repeat(10_000)}`, 'hex'), 'thrift')).toThrow(/levels/);
    expect(() => decodeSpans(Buffer.concat([Buffer.from('0c000f4240', 'hex'), Buffer.alloc(1_000_000)]), 'thrift')).toThrow(/elements/);
    expect(() => decodeSpans(Buffer.from('[]'), 'thrift')).toThrow(MalformedError);
  });

  it('counts spans without ids', () => {
    const list = decodeSpans(thriftList([new Thrift(), thriftSpan(IDS)]), 'thrift');
    expect([list.spans.length, list.malformed]).toEqual([1, 1]);
  });
});

it('every decoder ends with its own errors, whatever the bytes', () => {
  const known = (encoding: SpanEncoding, bytes: Uint8Array): void => {
    try {
      decodeSpans(bytes, encoding);
    } catch (error) {
      if (!(error instanceof JsonError) && !(error instanceof MalformedError)) throw error;
    }
  };
  const good = [protobufOf([IDS as AnySpan]), thriftList([thriftSpan({ ...IDS, annotations: [mark('cs', T)] })])];
  const mutated = fc.tuple(fc.constantFrom(...good), fc.nat(), fc.nat({ max: 255 })).map(([bytes, at, value]) => {
    const copy = Buffer.from(bytes);
    copy[at % copy.length] = value;
    return copy;
  });
  fc.assert(
    fc.property(fc.oneof(fc.uint8Array({ maxLength: 200 }), mutated), (bytes) => {
      for (const encoding of ['json-v1', 'json-v2', 'thrift', 'protobuf'] as const) known(encoding, bytes);
    }),
    { numRuns: 1000 },
  );
});
