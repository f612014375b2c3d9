import { skywalking } from '@skein/proto';

/** Ids have this many characters, so that a new id can overwrite the old one in place. */
const ID_LENGTH = 32;
const TRACE_ID = 'T'.repeat(ID_LENGTH);
const SEGMENT_ID = 'S'.repeat(ID_LENGTH);
/** A time whose varint has 6 bytes, as all times between 2004 and 2109 have. */
const BASE_TIME = 1_700_000_000_000;

export interface Shape {
  readonly service: string;
  readonly instance: string;
  readonly endpoint: string;
  /** Who calls this service; undefined for a call from outside. */
  readonly caller?: { readonly service: string; readonly instance: string; readonly endpoint: string };
  readonly address: string;
  readonly calls: string;
  readonly database: string;
}

/**
 * A segment of 5 spans and about 1.5 kB, as the Java agent writes them: an entry, two exits over HTTP, one to a database, one local span.
 * Encoded once; {@link make} copies the bytes and writes fresh ids and times into the copy, which costs the load generator next to nothing.
 */
export class SegmentTemplate {
  private readonly bytes: Buffer;
  private readonly traceAt: number;
  private readonly segmentAt: number;
  /** Where each time lies, and its distance from the segment's start. */
  private readonly times: ReadonlyArray<readonly [at: number, offset: number]>;

  constructor(shape: Shape) {
    this.bytes = Buffer.from(skywalking.v3.SegmentObject.encode(segment(shape)).finish());
    this.traceAt = this.bytes.indexOf(TRACE_ID);
    this.segmentAt = this.bytes.indexOf(SEGMENT_ID);
    this.times = [...Array(200).keys()].flatMap((offset) =>
      occurrences(this.bytes, varint(BASE_TIME + offset)).map((at) => [at, offset] as const),
    );
    if (this.traceAt < 0 || this.segmentAt < 0 || this.times.length !== 10) throw new Error('the template lost its placeholders');
  }

  /** `stretch`: how many times longer than the template's 80 ms everything takes. */
  make(traceId: string, segmentId: string, start: number, stretch = 1): Buffer {
    const copy = Buffer.from(this.bytes);
    copy.write(traceId, this.traceAt, 'latin1');
    copy.write(segmentId, this.segmentAt, 'latin1');
    for (const [at, offset] of this.times) writeVarint(copy, at, start + Math.round(offset * stretch));
    return copy;
  }
}

/** A new id of the length that the template has room for. */
export const makeId = (prefix: string, n: number): string => prefix + n.toString(16).padStart(ID_LENGTH - prefix.length, '0');

function varint(value: number): Buffer {
  const bytes = Buffer.alloc(6);
  writeVarint(bytes, 0, value);
  return bytes;
}

function writeVarint(target: Buffer, at: number, value: number): void {
  let rest = value;
  for (let i = 0; i < 5; i++) {
    target[at + i] = (rest % 128) | 128;
    rest = Math.floor(rest / 128);
  }
  target[at + 5] = rest;
}

function occurrences(bytes: Buffer, part: Buffer): number[] {
  const found: number[] = [];
  for (let at = bytes.indexOf(part); at >= 0; at = bytes.indexOf(part, at + 1)) found.push(at);
  return found;
}

function segment(shape: Shape) {
  const http = (url: string, method: string) => [
    { key: 'url', value: `http://${url}` },
    { key: 'http.method', value: method },
    { key: 'http.status_code', value: '200' },
    { key: 'thread.name', value: 'http-nio-8080-exec-7' },
    { key: 'user_agent', value: 'okhttp/4.12.0 (order-client; build 20240801.3)' },
  ];
  const span = (spanId: number, from: number, to: number, rest: object) => ({
    spanId,
    parentSpanId: spanId === 0 ? -1 : 0,
    startTime: BASE_TIME + from,
    endTime: BASE_TIME + to,
    ...rest,
  });
  const refs = shape.caller && [
    {
      refType: 0,
      traceId: TRACE_ID.toLowerCase(),
      parentTraceSegmentId: 'p'.repeat(ID_LENGTH),
      parentSpanId: 1,
      parentService: shape.caller.service,
      parentServiceInstance: shape.caller.instance,
      parentEndpoint: shape.caller.endpoint,
      networkAddressUsedAtPeer: shape.address,
    },
  ];
  const exit = { spanType: 1, spanLayer: 3, componentId: 13, peer: shape.calls };
  return skywalking.v3.SegmentObject.fromObject({
    traceId: TRACE_ID,
    traceSegmentId: SEGMENT_ID,
    service: shape.service,
    serviceInstance: shape.instance,
    spans: [
      span(1, 3, 40, {
        ...exit,
        operationName: '/inventory/api/v1/items/reserve',
        tags: http(`${shape.calls}/inventory/api/v1/items/reserve`, 'POST'),
      }),
      span(2, 42, 60, { ...exit, operationName: '/pricing/api/v1/quote', tags: http(`${shape.calls}/pricing/api/v1/quote`, 'GET') }),
      span(3, 61, 75, {
        spanType: 1,
        spanLayer: 1,
        componentId: 33,
        peer: shape.database,
        operationName: 'Mysql/JDBC/PreparedStatement/execute',
        tags: [
          { key: 'db.type', value: 'Mysql' },
          { key: 'db.instance', value: 'shop' },
          {
            key: 'db.statement',
            value:
              'SELECT id, sku, amount, price, currency, updated_at FROM order_items WHERE order_id = ? AND state IN (?, ?, ?) ORDER BY id',
          },
        ],
      }),
      span(4, 76, 78, {
        spanType: 2,
        spanLayer: 0,
        componentId: 0,
        operationName: 'com.example.shop.order.PriceCalculator.total(java.util.List)',
      }),
      span(0, 0, 80, {
        spanType: 0,
        spanLayer: 3,
        componentId: 1,
        operationName: shape.endpoint,
        refs: refs ?? [],
        tags: http(`shop.example.com${shape.endpoint}`, 'POST'),
      }),
    ],
  });
}
