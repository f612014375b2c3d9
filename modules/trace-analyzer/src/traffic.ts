import { RefType, type SegmentReferenceView, SpanLayer, type SpanView } from '@skein/proto';
import { DetectPoint, endpointUpdate, isNormalLayer, type Layer } from '@skein/telemetry';
import {
  type Call,
  type Directory,
  EndpointRelationTraffic,
  type Facts,
  type Recently,
  RelationTraffic,
  ServedTraffic,
  type Side,
} from '@skein/telemetry/traffic';
import type { AddressAliases } from './aliases.js';
import type { Findings } from './findings.js';
import type { Reporter } from './reporter.js';

/** Whom an entry request without a reference comes from. */
const USER = 'User';

export interface TrafficOptions {
  /** `host:port` of gateways that carry no agent. */
  readonly gateways: ReadonlySet<string>;
  /** Components whose peers are not the address of one instance: proxies that balance behind one name. */
  readonly noUpstreamRealAddress: ReadonlySet<number>;
}

const isBlank = (text: string): boolean => text.trim() === '';

/** Layer of the service that reported the span. */
const ownLayer = (span: SpanView): Layer => (span.spanLayer === SpanLayer.FAAS ? 'FAAS' : 'GENERAL');

/** Calls between services: analysis.md 5.2 to 5.6. */
export class TrafficAnalysis {
  constructor(
    private readonly directory: Directory,
    private readonly aliases: AddressAliases,
    private readonly options: TrafficOptions,
    private readonly written: Recently,
  ) {}

  /** An entry span: one call from each reference's origin, or one from the outside. */
  entry(reporter: Reporter, span: SpanView, facts: Facts, findings: Findings): void {
    const to = this.ownSide(reporter, span);
    if (span.refs.length === 0) {
      this.served(this.origin(span), to, span, facts, findings);
      return;
    }
    for (const ref of span.refs) {
      if (findings.isFull) return;
      this.served(this.caller(span, ref), to, span, facts, findings);
      this.learn(reporter, span, ref, findings);
    }
  }

  /** An exit span: one call to the peer, seen from the client. */
  exit(reporter: Reporter, span: SpanView, facts: Facts, findings: Findings): void {
    if (span.peer === '') return;
    const from = reporter.instance.side(ownLayer(span));
    this.relations({ from, to: this.callee(span), facts, detectPoint: DetectPoint.CLIENT, span }, findings);
  }

  /** An exit or local span that continues another thread's or an asynchronous call: only endpoints are related. */
  continuation(reporter: Reporter, span: SpanView, facts: Facts, findings: Findings): void {
    const to = this.ownSide(reporter, span);
    for (const ref of span.refs) {
      if (findings.isFull) return;
      const from = this.caller(span, ref);
      const source = from.endpoint;
      if (source !== undefined && this.written.first(source.id, minuteOf(facts.time))) {
        findings.entity(endpointUpdate(source.id, source.name, source.owner.id, from.endpointLayer, facts.time));
      }
      findings.source(ServedTraffic.endpoint(facts, to, to.endpoint!));
      this.endpointRelation(serverCall(from, to, span, facts), findings);
    }
  }

  /** A logic endpoint of the reporter: analysis.md 5.5. */
  logic(reporter: Reporter, name: string, facts: Facts, findings: Findings): void {
    const endpoint = reporter.endpoint(name);
    const side: Side = { service: reporter.service, instance: reporter.instance, layer: 'GENERAL', endpoint, endpointLayer: 'GENERAL' };
    findings.source(ServedTraffic.endpoint(facts, side, endpoint));
  }

  private served(from: Side, to: Side, span: SpanView, facts: Facts, findings: Findings): void {
    const call = serverCall(from, to, span, facts);
    findings.source(ServedTraffic.all(facts, to, this.directory.all));
    findings.source(ServedTraffic.service(facts, to));
    findings.source(ServedTraffic.instance(facts, to));
    this.relations(call, findings);
    if (to.layer === 'FAAS') return;
    findings.source(ServedTraffic.endpoint(facts, to, to.endpoint!));
    this.endpointRelation(call, findings);
  }

  private relations(call: Call, findings: Findings): void {
    const { from, to } = call;
    if (from.instance.name === '' || to.instance.name === '') {
      findings.source(new RelationTraffic(this.directory.serviceRelation(from.service, to.service), call));
      return;
    }
    const instances = this.directory.instanceRelation(from.instance, to.instance);
    findings.source(new RelationTraffic(instances.services, call));
    findings.source(new RelationTraffic(instances, call));
  }

  private endpointRelation(call: Call, findings: Findings): void {
    const source = call.from.endpoint;
    const dest = call.to.endpoint;
    if (source === undefined || dest === undefined || source.name === '' || dest.name === '') return;
    findings.source(new EndpointRelationTraffic(this.directory.endpointRelation(source, dest), call));
  }

  private ownSide(reporter: Reporter, span: SpanView): Side {
    const { service, instance } = reporter;
    const layer = ownLayer(span);
    return { service, instance, layer, endpoint: reporter.endpoint(span.operationName), endpointLayer: layer };
  }

  /** Where a reference comes from. Behind a broker or an uninstrumented gateway the caller is that, and only the endpoint is the producer's. */
  private caller(span: SpanView, ref: SegmentReferenceView): Side {
    const parent = this.directory.service(ref.parentService, true);
    const endpoint = this.directory.endpoint(parent, ref.parentEndpoint === '' ? USER : ref.parentEndpoint);
    const address = ref.networkAddressUsedAtPeer;
    const viaBroker = span.spanLayer === SpanLayer.MQ;
    if (viaBroker || this.options.gateways.has(address)) {
      const { service, instance, layer } = this.named(address, false, viaBroker ? 'VIRTUAL_MQ' : 'VIRTUAL_GATEWAY');
      return { service, instance, layer, endpoint, endpointLayer: 'GENERAL' };
    }
    const instance = this.directory.instance(parent, ref.parentServiceInstance);
    return { service: parent, instance, layer: 'GENERAL', endpoint, endpointLayer: 'GENERAL' };
  }

  /** Where an entry request without references comes from. */
  private origin(span: SpanView): Side {
    if (span.spanLayer === SpanLayer.MQ && !isBlank(span.peer)) return this.named(span.peer, false, 'VIRTUAL_MQ');
    const { service, instance, layer } = this.named(USER, false, 'UNDEFINED');
    return { service, instance, layer, endpoint: this.directory.endpoint(service, USER), endpointLayer: layer };
  }

  /** A service and instance that are known only by one name. */
  private named(name: string, normal: boolean, layer: Layer): Side {
    return this.directory.instance(this.directory.service(name, normal), name).side(layer);
  }

  private callee(span: SpanView): Side {
    const alias = this.aliases.find(span.peer);
    if (alias !== undefined) {
      const service = this.directory.service(alias.service, true);
      const instance = this.options.noUpstreamRealAddress.has(span.componentId) ? '' : alias.instance;
      return this.directory.instance(service, instance).side('GENERAL');
    }
    const layer = this.remoteLayer(span);
    // An uninstrumented HTTP or RPC peer is in a normal layer, so it has a normal id although nobody reports for it.
    return this.named(span.peer, isNormalLayer(layer), layer);
  }

  private remoteLayer(span: SpanView): Layer {
    switch (span.spanLayer) {
      case SpanLayer.Database:
        return 'VIRTUAL_DATABASE';
      case SpanLayer.RPCFramework:
        return 'GENERAL';
      case SpanLayer.Http:
        return this.options.gateways.has(span.peer) ? 'VIRTUAL_GATEWAY' : 'GENERAL';
      case SpanLayer.MQ:
        return 'VIRTUAL_MQ';
      case SpanLayer.Cache:
        return 'VIRTUAL_CACHE';
      case SpanLayer.FAAS:
        return 'FAAS';
      case SpanLayer.GenAI:
        return 'VIRTUAL_GENAI';
      default:
        return 'UNDEFINED';
    }
  }

  private learn(reporter: Reporter, span: SpanView, ref: SegmentReferenceView, findings: Findings): void {
    const address = ref.networkAddressUsedAtPeer;
    if (span.spanLayer === SpanLayer.MQ || ref.refType !== RefType.CrossProcess) return;
    if (isBlank(address) || this.options.gateways.has(address)) return;
    const update = this.aliases.learn(address, reporter.service.name, reporter.instance.name);
    if (update !== undefined) findings.entity(update);
  }
}

const serverCall = (from: Side, to: Side, span: SpanView, facts: Facts): Call => ({
  from,
  to,
  facts,
  detectPoint: DetectPoint.SERVER,
  span,
});

const minuteOf = (time: number): number => time - (time % 60_000);
