import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  bodyFormat,
  instancePingFromJson,
  instancePropertiesFromJson,
  JsonError,
  parseJson,
  segmentFromJson,
  skywalking,
  splitSegmentCollection,
} from './index.js';

const { SegmentCollection, SegmentObject } = skywalking.v3;
const encode = (document: unknown): Buffer => Buffer.from(SegmentObject.encode(segmentFromJson(document)).finish());
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

const TYPES = ['Entry', 'Exit', 'Local'];
const LAYERS = ['Unknown', 'Database', 'RPCFramework', 'Http', 'MQ', 'Cache', 'FAAS', 'GenAI'];
const text = fc.string({ maxLength: 12, unit: 'grapheme' });
const pairs = fc.array(fc.record({ key: fc.oneof(text, fc.constant('__proto__')), value: text }), { maxLength: 3 });
const span = fc.record({
  spanId: fc.integer(),
  parentSpanId: fc.integer(),
  startTime: fc.maxSafeInteger(),
  endTime: fc.maxSafeInteger(),
  operationName: text,
  spanType: fc.nat(2),
  spanLayer: fc.nat(7),
  isError: fc.boolean(),
  tags: pairs,
  logs: fc.array(fc.record({ time: fc.maxSafeInteger(), data: pairs }), { maxLength: 2 }),
  refs: fc.array(fc.record({ refType: fc.nat(1), traceId: text, parentSpanId: fc.integer() }), { maxLength: 2 }),
});
const segment = fc.record({
  traceId: text,
  traceSegmentId: text,
  service: text,
  isSizeLimited: fc.boolean(),
  spans: fc.array(span, { maxLength: 4 }),
});

describe('segmentFromJson', () => {
  it('gives the bytes of the generated encoder, with enums as names or numbers and 64-bit integers as numbers or text', () => {
    fc.assert(
      fc.property(segment, fc.boolean(), fc.boolean(), (value, names, decimal) => {
        const document = {
          ...value,
          spans: value.spans.map((s) => ({
            ...s,
            ...(names && { spanType: TYPES[s.spanType], spanLayer: LAYERS[s.spanLayer] }),
            ...(decimal && { startTime: String(s.startTime), endTime: String(s.endTime) }),
          })),
        };
        const parsed = parseJson(bytes(JSON.stringify(document)));
        expect(encode(parsed)).toEqual(Buffer.from(SegmentObject.encode(SegmentObject.fromObject(value)).finish()));
      }),
    );
  });

  it('answers any JSON value with a message or a JsonError', () => {
    const shape = fc.oneof(
      fc.jsonValue(),
      fc.record({ traceId: fc.jsonValue(), spans: fc.array(fc.record({ startTime: fc.jsonValue(), tags: fc.jsonValue() })) }),
    );
    fc.assert(
      fc.property(shape, (value) => {
        try {
          encode(parseJson(bytes(JSON.stringify(value))));
        } catch (error) {
          expect(error).toBeInstanceOf(JsonError);
        }
      }),
      { numRuns: 500 },
    );
  });

  it.each([
    [{ spans: [{}, { startTime: 'abc' }] }, 'spans[1].startTime: expected a 64-bit integer, got "abc"'],
    [{ spans: [{ startTime: 1.5 }] }, 'spans[0].startTime: expected a 64-bit integer, got 1.5'],
    [{ spans: [{ spanId: 2 ** 31 }] }, 'spans[0].spanId: expected a 32-bit integer, got 2147483648'],
    [{ spans: { 0: {} } }, 'spans: expected an array, got an object'],
    [{ spans: [null] }, 'spans[0]: expected an object, got null'],
    [{ spans: [{ tags: [{ key: 'k', value: 200 }] }] }, 'spans[0].tags[0].value: expected a string, got 200'],
    [{ isSizeLimited: 1 }, 'isSizeLimited: expected true or false, got 1'],
    [{ spans: [{ spanType: {} }] }, 'spans[0].spanType: expected a 32-bit integer, got an object'],
    [{ service: 'x'.repeat(9), traceId: ['y'] }, 'traceId: expected a string, got an array'],
    [[], 'expected an object, got an array'],
    ['text', 'expected an object, got "text"'],
  ])('says where %j is wrong and what was expected', (document, message) => {
    expect(() => segmentFromJson(document)).toThrow(JsonError);
    expect(() => segmentFromJson(document)).toThrow(message);
  });

  it('ignores unknown fields and null, takes unknown enum names as 0, and keeps unknown enum numbers', () => {
    const document = {
      extra: { deep: [1] },
      traceId: null,
      spans: [{ spanType: 'Future', spanLayer: 'toString', refs: null }, { spanType: 77 }],
    };
    const { traceId, spans } = SegmentObject.decode(encode(document));
    expect(traceId).toBe('');
    expect(spans.map((s) => [s.spanType, s.spanLayer])).toEqual([
      [0, 0],
      [77, 0],
    ]);
  });

  it('takes the ends of the 64-bit range', () => {
    const times = ['9223372036854775807', '-9223372036854775808', 2 ** 53].map((startTime) => ({ startTime }));
    const { spans } = SegmentObject.decode(encode({ spans: times }));
    expect(spans.map((s) => s.startTime)).toEqual([2 ** 63 - 1024, -(2 ** 63), 2 ** 53]);
    expect(() => segmentFromJson({ spans: [{ startTime: '99999999999999999999' }] })).toThrow('64-bit');
  });

  it('replaces halves of characters', () => {
    expect(segmentFromJson(parseJson(bytes('{"service":"a\\ud83d","traceId":"\\ud83d\\ude00"}')))).toEqual({
      service: 'a\ufffd',
      traceId: '\u{1f600}',
    });
  });

  it('is not moved by keys that name parts of Object.prototype', () => {
    const document = parseJson(
      bytes('{"__proto__":{"traceId":"evil"},"constructor":"x","spans":[{"__proto__":[],"tags":[{"key":"__proto__","value":"v"}]}]}'),
    );
    const message = segmentFromJson(document);
    expect(message.traceId).toBeUndefined();
    expect(message.spans?.[0]?.tags).toEqual([{ key: '__proto__', value: 'v' }]);
    expect(Object.getPrototypeOf({})).toBe(Object.prototype);
    expect(({} as Record<string, unknown>).traceId).toBeUndefined();
  });
});

describe('parseJson', () => {
  it('refuses what is not UTF-8, not JSON, too deep or too many', () => {
    expect(() => parseJson(Uint8Array.of(0x22, 0xff, 0x22))).toThrow('expected UTF-8 text');
    for (const body of ['', '{', '{"a":1,}', 'NaN', '[1] 2', '"\u0001"']) expect(() => parseJson(bytes(body))).toThrow(JsonError);
    expect(() => parseJson(bytes('['.repeat(10_000_000)))).toThrow('at most 64 levels');
    expect(() => parseJson(bytes(`[${'[],'.repeat(500_001)}0]`))).toThrow('at most 500000 objects');
    expect(parseJson(bytes(`${'['.repeat(64)}${']'.repeat(64)}`))).toBeInstanceOf(Array);
  });

  it('does not count brackets in strings', () => {
    const value = { a: `${'['.repeat(1000)}\\"{{`, '[[': '"' };
    expect(parseJson(bytes(JSON.stringify(value)))).toEqual(value);
  });
});

describe('the messages of management', () => {
  it('are read', () => {
    const properties = [{ key: 'ipv4', value: '10.0.0.1' }];
    expect(instancePropertiesFromJson({ service: 's', serviceInstance: 'i', properties })).toEqual({
      service: 's',
      serviceInstance: 'i',
      properties,
    });
    expect(instancePingFromJson({ service: 's', serviceInstance: 'i', layer: 'FAAS' })).toEqual({
      service: 's',
      serviceInstance: 'i',
      layer: 'FAAS',
    });
  });
});

describe('splitSegmentCollection', () => {
  it('gives the bytes of each segment as they were, each owned', () => {
    fc.assert(
      fc.property(fc.array(segment, { maxLength: 4 }), (values) => {
        const collection = SegmentCollection.encode(SegmentCollection.fromObject({ segments: values })).finish();
        const parts = splitSegmentCollection(collection);
        expect(parts.map((p) => Buffer.from(p))).toEqual(
          values.map((v) => Buffer.from(SegmentObject.encode(SegmentObject.fromObject(v)).finish())),
        );
        for (const part of parts) expect(part.buffer.byteLength).toBe(part.byteLength);
      }),
      { numRuns: 30 },
    );
  });
});

describe('bodyFormat', () => {
  it.each([
    [undefined, 'protobuf'],
    ['', 'protobuf'],
    ['application/json', 'json'],
    ['Application/JSON; charset=utf-8', 'json'],
    ['application/vnd.x+json', 'json'],
    ['text/plain;charset=UTF-8', 'json'],
    ['application/x-protobuf', 'protobuf'],
    ['application/vnd.google.protobuf', 'protobuf'],
    ['application/octet-stream', 'protobuf'],
    ['text/html', undefined],
    ['application/xml', undefined],
  ])('%s is %s', (type, format) => {
    expect(bodyFormat(type)).toBe(format);
  });
});
