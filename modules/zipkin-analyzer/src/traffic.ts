import { DetectPoint, type ZipkinSpan } from '@skein/telemetry';
import { type CallSpan, type Facts, type InstanceNode, ServedTraffic, type ServiceNode, type Side } from '@skein/telemetry/traffic';
import type { Findings } from './findings.js';
import { IncomingCall } from './incoming-call.js';
import { type KnownSpan, type KnownSpans, placeOf } from './known-spans.js';
import { answerTo, OutgoingCall } from './outgoing-call.js';
import type { Relations } from './relations.js';
import { addressOf, isEntry, isExit, type Meaning, meaningOf } from './span-meaning.js';
import type { VirtualServices } from './virtual-services.js';
import type { WaitingRoom } from './waiting-room.js';
import { ZipkinFacts } from './zipkin-facts.js';

/** Calls between services, from spans that may come in any order: docs/decisions/0013. */
export class TrafficAnalysis {
  constructor(
    private readonly relations: Relations,
    private readonly known: KnownSpans,
    private readonly room: WaitingRoom,
    private readonly virtual: VirtualServices,
  ) {}

  /** A span of `service`. `complete`: when it began and how long it took is known, so that it counts. */
  span(span: ZipkinSpan, service: ServiceNode, instance: InstanceNode, complete: boolean, now: number, findings: Findings): void {
    const entry = isEntry(span);
    const exit = isExit(span);
    const at = placeOf(span.traceId, span.id);
    const parent = span.parentId === undefined ? '' : placeOf(span.traceId, span.parentId);
    const node: KnownSpan = { service, instance, isEntry: entry, isExit: exit, name: span.name ?? '', parent };
    const isShared = entry && span.shared;
    this.known.add(at, node, isShared, now);
    const callerAt = isShared ? at : parent;
    if (entry && callerAt !== '') this.known.add(answerTo(callerAt), node, false, now);
    if (complete && (entry || exit)) this.call(span, node, at, callerAt, now, findings);
    this.room.arrived(at, findings);
    if (entry && callerAt !== '') this.room.arrived(answerTo(callerAt), findings);
  }

  private call(span: ZipkinSpan, node: KnownSpan, at: string, callerAt: string, now: number, findings: Findings): void {
    const meaning = meaningOf(span);
    const facts = new ZipkinFacts(span, meaning);
    const callSpan: CallSpan = { componentId: meaning.componentId, operationName: node.name };
    const broker = meaning.virtual === undefined ? undefined : this.virtual.side(span, meaning);
    if (broker !== undefined) this.virtual.access(broker, span, meaning, facts, findings);
    if (node.isEntry) this.incoming(span, node, callerAt, broker, facts, callSpan, now, findings);
    else this.outgoing(span, node, at, broker, meaning, facts, callSpan, now, findings);
  }

  private incoming(
    span: ZipkinSpan,
    node: KnownSpan,
    callerAt: string,
    broker: Side | undefined,
    facts: Facts,
    callSpan: CallSpan,
    now: number,
    findings: Findings,
  ): void {
    const to = this.served(node, facts, findings);
    const named = this.callerNamed(span);
    if (broker !== undefined) this.relations.services(serverCall(broker, to, facts, callSpan), findings);
    if (callerAt !== '') {
      const parts = { to, facts, span: callSpan, callerAt, isShared: span.shared, broker, named };
      this.room.enter(new IncomingCall(parts, this.known, this.relations), now, findings);
    } else if (broker === undefined) {
      const call = serverCall(named ?? this.relations.user(), to, facts, callSpan);
      this.relations.services(call, findings);
      this.relations.endpoints(call, findings);
    }
  }

  /** What the request was for those that served it. */
  private served({ service, instance, name }: KnownSpan, facts: Facts, findings: Findings): Side {
    const { directory } = this.relations;
    const endpoint = name === '' ? undefined : directory.endpoint(service, name);
    const side: Side = { service, instance, layer: 'GENERAL', endpoint, endpointLayer: 'GENERAL' };
    findings.source(ServedTraffic.all(facts, side, directory.all));
    findings.source(ServedTraffic.service(facts, side));
    if (instance.name !== '') findings.source(ServedTraffic.instance(facts, side));
    if (endpoint !== undefined) findings.source(ServedTraffic.endpoint(facts, side, endpoint));
    return side;
  }

  private callerNamed({ remoteEndpoint }: ZipkinSpan): Side | undefined {
    if (remoteEndpoint?.serviceName === undefined) return undefined;
    return this.relations.named(remoteEndpoint.serviceName, remoteEndpoint.ipv4 ?? remoteEndpoint.ipv6 ?? '', true, 'GENERAL');
  }

  private outgoing(
    span: ZipkinSpan,
    node: KnownSpan,
    at: string,
    virtual: Side | undefined,
    meaning: Meaning,
    facts: Facts,
    callSpan: CallSpan,
    now: number,
    findings: Findings,
  ): void {
    const from = node.instance.side('GENERAL');
    const to = virtual ?? this.callerNamed(span);
    if (to !== undefined) {
      this.relations.services({ from, to, facts, span: callSpan, detectPoint: DetectPoint.CLIENT }, findings);
    } else if (meaning.virtual === undefined) {
      const address = addressOf(span.remoteEndpoint);
      this.room.enter(new OutgoingCall({ from, facts, span: callSpan, at, address }, this.known, this.relations), now, findings);
    }
  }
}

const serverCall = (from: Side, to: Side, facts: Facts, span: CallSpan) => ({ from, to, facts, span, detectPoint: DetectPoint.SERVER });
