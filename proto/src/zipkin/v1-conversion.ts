import { DecodedSpan, type SpanEndpoint, type SpanKind } from './span.js';
import type { V1Annotation, V1Span } from './v1-span.js';

/** Marks of the ends of a request or message, by their two letters. */
type Mark = 'cs' | 'cr' | 'sr' | 'ss' | 'ms' | 'mr' | 'ws' | 'wr';
const KIND_OF: Readonly<Record<Mark, SpanKind | undefined>> = {
  cs: 'CLIENT',
  cr: 'CLIENT',
  sr: 'SERVER',
  ss: 'SERVER',
  ms: 'PRODUCER',
  mr: 'CONSUMER',
  ws: undefined,
  wr: undefined,
};
type Address = 'ca' | 'sa' | 'ma';
const ADDRESSES: ReadonlySet<string> = new Set<Address>(['ca', 'sa', 'ma']);

/** A v1 span as v2 spans: one for each service that took part. Source: receivers.md 10.1. */
export const v2Spans = (span: V1Span): readonly DecodedSpan[] => new Conversion(span).run();

class Conversion {
  private readonly spans: DecodedSpan[] = [];
  private readonly byService = new Map<string, DecodedSpan>();
  private readonly marks: Partial<Record<Mark, V1Annotation>> = {};

  constructor(private readonly source: V1Span) {}

  run(): readonly DecodedSpan[] {
    this.spans.push(this.another());
    this.readAnnotations();
    this.startFromEnd('cs', 'cr');
    this.startFromEnd('sr', 'ss');
    this.timeRequest();
    this.timeMessage();
    this.readBinaryAnnotations();
    return this.spans;
  }

  private another(): DecodedSpan {
    const { traceId, id, parentId, name, debug } = this.source;
    const span = new DecodedSpan(traceId, id);
    span.parentId = parentId;
    span.name = name;
    span.debug = debug;
    return span;
  }

  /** The span of an endpoint's service; without an endpoint the first. */
  private at(endpoint: SpanEndpoint | undefined): DecodedSpan {
    const first = this.spans[0]!;
    if (endpoint === undefined) return first;
    const service = endpoint.serviceName ?? '';
    const known = this.byService.get(service);
    if (known !== undefined) return known;
    const span = first.localEndpoint === undefined ? first : this.another();
    if (span !== first) this.spans.push(span);
    span.localEndpoint = endpoint;
    this.byService.set(service, span);
    return span;
  }

  private readAnnotations(): void {
    for (const annotation of this.source.annotations) {
      const { timestamp, value, endpoint } = annotation;
      const span = this.at(endpoint);
      if (endpoint === undefined || !Object.hasOwn(KIND_OF, value)) {
        span.annotate(timestamp, value);
        continue;
      }
      const mark = value as Mark;
      this.marks[mark] = annotation;
      span.kind = KIND_OF[mark] ?? span.kind;
    }
  }

  /** An end mark at the very end of a timed span tells where the start was. */
  private startFromEnd(start: 'cs' | 'sr', end: 'cr' | 'ss'): void {
    const { timestamp, duration } = this.source;
    const last = this.marks[end];
    if (this.marks[start] !== undefined || last === undefined || timestamp === 0 || duration === 0) return;
    if (timestamp + duration === last.timestamp) this.marks[start] = { timestamp, value: start, endpoint: last.endpoint };
  }

  private timeRequest(): void {
    const { cs, cr, sr, ss } = this.marks;
    if (cs !== undefined && sr !== undefined) this.split(cs, sr);
    else if (cs !== undefined && cr !== undefined) this.time(cs, cr);
    else if (sr !== undefined && ss !== undefined) this.time(sr, ss);
    else this.timeIncomplete();
    const { timestamp, duration } = this.source;
    // There was no flag for shared spans: that the server did not set the time said so.
    if (cs === undefined && sr !== undefined && (timestamp === 0 || (ss !== undefined && duration === 0)))
      this.at(sr.endpoint).shared = true;
  }

  /** Both sides are there: the client owns the span's time, the server has that of its marks. */
  private split(cs: V1Annotation, sr: V1Annotation): void {
    const { cr, ss } = this.marks;
    this.time(cs, cr);
    const client = this.at(cs.endpoint);
    client.kind = 'CLIENT';
    let server = this.at(sr.endpoint);
    if (server === client) {
      server = this.another();
      server.localEndpoint = sr.endpoint;
      this.spans.push(server);
    }
    server.kind = 'SERVER';
    server.shared = true;
    server.timestamp = sr.timestamp;
    if (ss !== undefined) server.duration = Math.max(0, ss.timestamp - sr.timestamp);
  }

  /** The time that the sender set, if it did, else the time between two marks. */
  private time(begin: V1Annotation, end: V1Annotation | undefined): void {
    const { timestamp, duration } = this.source;
    const span = this.at(begin.endpoint);
    if (timestamp !== 0 && duration !== 0) {
      span.timestamp = timestamp;
      span.duration = duration;
      return;
    }
    span.timestamp = begin.timestamp;
    if (end !== undefined) span.duration = Math.max(0, end.timestamp - begin.timestamp);
  }

  /** Half of a pair of marks, or none: a start sets the time, an end stays an annotation. */
  private timeIncomplete(): void {
    for (const mark of ['cs', 'sr', 'cr', 'ss'] as const) {
      const half = this.marks[mark];
      if (half === undefined) continue;
      const span = this.at(half.endpoint);
      if (mark === 'cs' || mark === 'sr') span.timestamp = half.timestamp;
      else span.annotate(half.timestamp, mark);
    }
    const { timestamp, duration } = this.source;
    if (timestamp === 0) return;
    this.spans[0]!.timestamp = timestamp;
    this.spans[0]!.duration = duration;
  }

  private timeMessage(): void {
    const { ms, mr, ws, wr } = this.marks;
    if (ms !== undefined && mr !== undefined) this.splitMessage(ms, mr);
    else if (ms !== undefined) this.time(ms, ws);
    else if (mr !== undefined) {
      if (wr === undefined) this.time(mr, undefined);
      else this.time(wr, mr);
    } else {
      for (const wire of [ws, wr]) if (wire !== undefined) this.at(wire.endpoint).annotate(wire.timestamp, wire.value);
    }
  }

  private splitMessage(ms: V1Annotation, mr: V1Annotation): void {
    const { ws, wr } = this.marks;
    const producer = this.at(ms.endpoint);
    let consumer = this.at(mr.endpoint);
    if (consumer === producer) {
      consumer = this.another();
      consumer.localEndpoint = mr.endpoint;
      this.spans.push(consumer);
    }
    producer.kind = 'PRODUCER';
    producer.timestamp = ms.timestamp;
    producer.duration = ws === undefined ? 0 : Math.max(0, ws.timestamp - ms.timestamp);
    consumer.kind = 'CONSUMER';
    consumer.shared = true;
    consumer.timestamp = (wr ?? mr).timestamp;
    consumer.duration = wr === undefined ? 0 : Math.max(0, mr.timestamp - wr.timestamp);
  }

  private readBinaryAnnotations(): void {
    const remote: Partial<Record<Address, SpanEndpoint>> = {};
    for (const { key, value, endpoint } of this.source.binaryAnnotations) {
      if (typeof value === 'boolean') {
        if (endpoint !== undefined && ADDRESSES.has(key)) remote[key as Address] = endpoint;
        continue;
      }
      const span = this.at(endpoint);
      if (key !== 'lc' || value !== '') span.tag(key, value);
    }
    this.nameRemote(remote);
  }

  private nameRemote({ ca, sa, ma }: Partial<Record<Address, SpanEndpoint>>): void {
    const { cs, cr, sr, ss, ms, mr } = this.marks;
    const client = cs ?? cr;
    const server = sr ?? ss;
    if (client === undefined && server === undefined) this.nameWithoutMarks(ca, sa);
    else {
      if (sa !== undefined && client !== undefined) this.sideOf(client, 'CLIENT').remoteEndpoint = sa;
      if (ca !== undefined && server !== undefined) this.sideOf(server, 'SERVER').remoteEndpoint = ca;
    }
    if (ma === undefined) return;
    if (ms !== undefined) this.sideOf(ms, 'PRODUCER').remoteEndpoint = ma;
    if (mr !== undefined) this.sideOf(mr, 'CONSUMER').remoteEndpoint = ma;
  }

  private nameWithoutMarks(ca: SpanEndpoint | undefined, sa: SpanEndpoint | undefined): void {
    const first = this.spans[0]!;
    if (ca !== undefined && sa !== undefined) this.at(ca).remoteEndpoint = sa;
    else if (sa !== undefined) first.remoteEndpoint = sa;
    else if (ca !== undefined) {
      first.kind = 'SERVER';
      first.remoteEndpoint = ca;
    }
  }

  /** Of a service that called itself there are two spans; the kind tells which. */
  private sideOf({ endpoint }: V1Annotation, kind: SpanKind): DecodedSpan {
    const span = this.at(endpoint);
    if (span.kind === kind) return span;
    return this.spans.find((other) => other.kind === kind && other.localEndpoint?.serviceName === endpoint?.serviceName) ?? span;
  }
}
