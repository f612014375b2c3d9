import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import protobuf from 'protobufjs/minimal.js';
import { decodeSegment, MalformedError, skywalking } from './index.js';

const { SegmentObject } = skywalking.v3;

const name = fc.string({ maxLength: 20, unit: 'grapheme' });
const int32 = fc.integer();
const time = fc.maxSafeInteger();
const reference = fc.record({
  refType: fc.integer({ min: 0, max: 9 }),
  traceId: name,
  parentTraceSegmentId: name,
  parentSpanId: int32,
  parentService: name,
  parentServiceInstance: name,
  parentEndpoint: name,
  networkAddressUsedAtPeer: name,
});
const span = fc.record({
  spanId: int32,
  parentSpanId: int32,
  startTime: time,
  endTime: time,
  refs: fc.array(reference, { maxLength: 3 }),
  operationName: name,
  peer: name,
  spanType: fc.integer({ min: 0, max: 9 }),
  spanLayer: fc.integer({ min: 0, max: 9 }),
  componentId: int32,
  isError: fc.boolean(),
  tags: fc.array(fc.record({ key: name, value: name }), { maxLength: 4 }),
  logs: fc.array(fc.record({ time, data: fc.array(fc.record({ key: name, value: name }), { maxLength: 2 }) }), { maxLength: 2 }),
  skipAnalysis: fc.boolean(),
});
const segment = fc.record({
  traceId: name,
  traceSegmentId: name,
  service: name,
  serviceInstance: name,
  spans: fc.array(span, { maxLength: 5 }),
});
const encode = (value: object): Uint8Array => SegmentObject.encode(SegmentObject.fromObject(value)).finish();

describe('decodeSegment', () => {
  it('reads the same values as the generated decoder', () => {
    fc.assert(
      fc.property(segment, (value) => {
        const view = decodeSegment(encode(value));
        expect([view.traceId, view.segmentId, view.service, view.serviceInstance]).toEqual([
          value.traceId,
          value.traceSegmentId,
          value.service,
          value.serviceInstance,
        ]);
        expect(view.spans).toHaveLength(value.spans.length);
        value.spans.forEach((expected, i) => {
          const actual = view.spans[i]!;
          const { tags, logs, refs, ...plain } = expected;
          expect(actual).toMatchObject(plain);
          expect([...actual.tags()]).toEqual(tags.map((t) => [t.key, t.value]));
          expect(actual.refs).toHaveLength(refs.length);
          refs.forEach(({ parentTraceSegmentId, ...rest }, at) => {
            expect(actual.refs[at]).toMatchObject({ ...rest, parentSegmentId: parentTraceSegmentId });
          });
        });
      }),
    );
  });

  it('takes the last of repeated tag keys, and __proto__ as a key like any other', () => {
    const view = decodeSegment(
      encode({
        spans: [
          {
            tags: [
              { key: 'k', value: '1' },
              { key: '__proto__', value: 'p' },
              { key: 'k', value: '2' },
            ],
          },
        ],
      }),
    );
    expect(view.spans[0]!.tag('k')).toBe('2');
    expect(view.spans[0]!.tag('__proto__')).toBe('p');
    expect(view.spans[0]!.tag('constructor')).toBeUndefined();
  });

  it('answers arbitrary bytes with a view or a MalformedError, never anything else', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        try {
          for (const s of decodeSegment(bytes).spans) [...s.tags()];
        } catch (error) {
          expect(error).toBeInstanceOf(MalformedError);
        }
      }),
      { numRuns: 2000 },
    );
  });

  it('reads a span with very many references in a time that grows with their number only', () => {
    const count = 150_000;
    const refs = Buffer.alloc(2 * count, Buffer.of(0x2a, 0));
    const length = Buffer.of((refs.length & 127) | 128, ((refs.length >> 7) & 127) | 128, refs.length >> 14);
    expect(decodeSegment(Buffer.concat([Buffer.of(0x1a), length, refs])).spans[0]!.refs).toHaveLength(count);
  });

  it('reads segments larger than usual ones, and keeps nothing of one segment for the next', () => {
    const large = encode({
      segmentId: 's',
      service: 'shop',
      spans: Array.from({ length: 3000 }, () => ({ operationName: '/a'.repeat(30), peer: 'db' })),
    });
    const view = decodeSegment(large);
    expect(large.length).toBeGreaterThan(100_000);
    expect([view.service, view.spans.length, view.spans[2999]!.operationName, view.spans[0]!.peer]).toEqual([
      'shop',
      3000,
      '/a'.repeat(30),
      'db',
    ]);
    const first = decodeSegment(encode({ service: 'first', spans: [{ operationName: '/first', tags: [{ key: 'k', value: 'v' }] }] }));
    expect(decodeSegment(encode({ traceId: 't' }))).toMatchObject({ traceId: 't', service: '', spans: [] });
    expect([first.service, first.spans[0]!.operationName, first.spans[0]!.tag('k')]).toEqual(['first', '/first', 'v']);
  });

  it('refuses every truncation that cuts a field', () => {
    const bytes = encode({ traceId: 't', spans: [{ operationName: '/a', startTime: 1734221650012, tags: [{ key: 'k', value: 'v' }] }] });
    let refused = 0;
    for (let n = 1; n < bytes.length; n++) {
      try {
        decodeSegment(bytes.subarray(0, n));
      } catch (error) {
        expect(error).toBeInstanceOf(MalformedError);
        refused++;
      }
    }
    expect(refused).toBe(bytes.length - 2);
  });

  it('refuses a segment of so many empty spans, references or tags that they would fill the memory', () => {
    const field = (number: number, body: Uint8Array): Buffer => {
      const writer = protobuf.Writer.create();
      return Buffer.from(
        writer
          .uint32((number << 3) | 2)
          .bytes(body)
          .finish(),
      );
    };
    const many = (part: Buffer): Buffer => Buffer.alloc(part.length * 300_000, part);
    const empty = new Uint8Array(0);
    for (const bytes of [many(field(3, empty)), field(3, many(field(5, empty))), field(3, many(field(12, empty)))]) {
      expect(() => decodeSegment(bytes)).toThrow(/more than 200000 spans, references and tags/);
    }
    expect(decodeSegment(Buffer.alloc(2 * 10_000, field(3, empty))).spans).toHaveLength(10_000);
  });
});
