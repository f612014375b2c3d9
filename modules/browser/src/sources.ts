import type { PerfData, ResourceData, WebInteractionData, WebVitalsData } from '@skein/proto/browser';
import {
  type AttributeDefinition,
  type EntityHandle,
  endpointUpdate,
  instanceUpdate,
  type Source,
  type SourceDefinition,
  serviceUpdate,
} from '@skein/telemetry';
import { clip, type EntityUpdate } from '@skein/telemetry/storage';
import type { EndpointNode, InstanceNode, ServiceNode } from '@skein/telemetry/traffic';
import { BrowserAppTrafficCategory, errorCategory, trafficCategory } from './enums.js';

const LAYER = 'BROWSER';
/** Longest label of a metric; data URLs and queries are longer. */
const MAX_LABEL_BYTES = 1024;

const string: AttributeDefinition = { type: 'string' };
const int: AttributeDefinition = { type: 'int' };

abstract class BrowserSource implements Source {
  constructor(
    readonly handle: EntityHandle,
    readonly time: number,
  ) {}

  get definition(): SourceDefinition {
    return this.handle.definition;
  }

  get entity(): string {
    return this.handle.entity;
  }
}

/** A page view or an error, at an application, a version of it, or a page. */
export class BrowserTraffic<N extends ServiceNode | InstanceNode | EndpointNode> extends BrowserSource {
  readonly count = 1;

  constructor(
    definition: SourceDefinition,
    readonly at: N,
    time: number,
    /** A BrowserAppTrafficCategory. */
    readonly trafficCategory: number,
    /** A BrowserErrorCategory, or NO_ERROR. */
    readonly errorCategory: number,
  ) {
    super(at.handle(definition), time);
  }

  get name(): string {
    return this.at.name;
  }
}

const define = <S extends Source>(
  d: Omit<SourceDefinition, 'rows' | 'variant'> & { rows?: (s: S) => readonly EntityUpdate[]; variant?: (s: S) => string | number },
): SourceDefinition => d;

const traffic = { name: string, count: int, trafficCategory, errorCategory } as const;
/** Only who views pages exists: errors alone write no rows. */
const viewed =
  <N extends ServiceNode | InstanceNode | EndpointNode>(row: (s: BrowserTraffic<N>) => EntityUpdate) =>
  (s: BrowserTraffic<N>): readonly EntityUpdate[] =>
    s.trafficCategory === BrowserAppTrafficCategory.NORMAL ? [row(s)] : [];
const category = (s: { readonly trafficCategory: number }): number => s.trafficCategory;

/** A page of an application was viewed, or met an error. */
export const AppTrafficDefinition = define<BrowserTraffic<ServiceNode>>({
  name: 'BrowserAppTraffic',
  scopeId: 38,
  scope: 'service',
  catalog: 'SERVICE',
  attributes: traffic,
  variant: category,
  rows: viewed((s) => serviceUpdate(s.entity, s.name, LAYER, s.time)),
});

/** The same for a version of the application, which is its instance. */
export const VersionTrafficDefinition = define<BrowserTraffic<InstanceNode>>({
  name: 'BrowserAppSingleVersionTraffic',
  scopeId: 39,
  scope: 'service_instance',
  catalog: 'SERVICE_INSTANCE',
  attributes: traffic,
  variant: category,
  rows: viewed((s) => instanceUpdate(s.entity, s.name, s.at.owner.id, LAYER, s.time)),
});

/** The same for a page, which is an endpoint of the application. */
export const PageTrafficDefinition = define<BrowserTraffic<EndpointNode>>({
  name: 'BrowserAppPageTraffic',
  scopeId: 40,
  scope: 'endpoint',
  catalog: 'ENDPOINT',
  attributes: traffic,
  variant: category,
  rows: viewed((s) => endpointUpdate(s.entity, s.name, s.at.owner.id, LAYER, s.time)),
});

const ofPage = (name: string, scopeId: number, attributes: SourceDefinition['attributes']): SourceDefinition => ({
  name,
  scopeId,
  scope: 'endpoint',
  catalog: 'ENDPOINT',
  attributes,
});

/** How a page loaded. */
export const PagePerfDefinition = ofPage('BrowserAppPagePerf', 36, {
  name: string,
  redirectTime: int,
  dnsTime: int,
  ttfbTime: int,
  tcpTime: int,
  transTime: int,
  domAnalysisTime: int,
  fptTime: int,
  domReadyTime: int,
  loadPageTime: int,
  resTime: int,
  sslTime: int,
  ttlTime: int,
  firstPackTime: int,
  fmpTime: int,
});
/** What the user of a page felt. */
export const WebVitalsDefinition = ofPage('BrowserAppWebVitalsPerf', 87, { name: string, fmpTime: int, cls: int, lcpTime: int });
/** A file that a page loaded. */
export const ResourceDefinition = ofPage('BrowserAppResourcePerf', 88, {
  name: string,
  duration: int,
  size: int,
  protocol: string,
  type: string,
});
/** How a page reacted to its user. */
export const WebInteractionDefinition = ofPage('BrowserAppWebInteractionPerf', 89, { name: string, inpTime: int });

/** All that this module emits. */
export const BROWSER_SOURCES: readonly SourceDefinition[] = [
  AppTrafficDefinition,
  VersionTrafficDefinition,
  PageTrafficDefinition,
  PagePerfDefinition,
  WebVitalsDefinition,
  ResourceDefinition,
  WebInteractionDefinition,
];

/** The load of a page; times in ms. */
export class PagePerf extends BrowserSource {
  readonly redirectTime: number;
  readonly dnsTime: number;
  readonly ttfbTime: number;
  readonly tcpTime: number;
  readonly transTime: number;
  readonly domAnalysisTime: number;
  readonly fptTime: number;
  readonly domReadyTime: number;
  readonly loadPageTime: number;
  readonly resTime: number;
  readonly sslTime: number;
  readonly ttlTime: number;
  readonly firstPackTime: number;
  readonly fmpTime: number;

  constructor(
    private readonly page: EndpointNode,
    time: number,
    data: PerfData,
  ) {
    super(page.handle(PagePerfDefinition), time);
    this.redirectTime = data.redirectTime;
    this.dnsTime = data.dnsTime;
    this.ttfbTime = data.ttfbTime;
    this.tcpTime = data.tcpTime;
    this.transTime = data.transTime;
    this.domAnalysisTime = data.domAnalysisTime;
    this.fptTime = data.fptTime;
    this.domReadyTime = data.domReadyTime;
    this.loadPageTime = data.loadPageTime;
    this.resTime = data.resTime;
    this.sslTime = data.sslTime;
    this.ttlTime = data.ttlTime;
    this.firstPackTime = data.firstPackTime;
    this.fmpTime = data.fmpTime;
  }

  get name(): string {
    return this.page.name;
  }
}

/** `cls` in thousandths; times in ms. Negative: unknown. */
export class WebVitals extends BrowserSource {
  readonly fmpTime: number;
  readonly cls: number;
  readonly lcpTime: number;

  constructor(
    private readonly page: EndpointNode,
    time: number,
    data: WebVitalsData,
  ) {
    super(page.handle(WebVitalsDefinition), time);
    this.fmpTime = data.fmpTime;
    this.cls = Math.round(data.cls * 1000);
    this.lcpTime = data.lcpTime;
  }

  get name(): string {
    return this.page.name;
  }
}

/** `name` is the file's address, not the page's. */
export class Resource extends BrowserSource {
  readonly name: string;
  readonly duration: number;
  readonly size: number;
  readonly protocol: string;
  readonly type: string;

  constructor(page: EndpointNode, time: number, data: ResourceData) {
    super(page.handle(ResourceDefinition), time);
    this.name = clip(data.name, MAX_LABEL_BYTES);
    this.duration = data.duration;
    this.size = data.size;
    this.protocol = clip(data.protocol, MAX_LABEL_BYTES);
    this.type = clip(data.resourceType, MAX_LABEL_BYTES);
  }
}

/** `inpTime` in ms; negative: unknown. */
export class WebInteraction extends BrowserSource {
  readonly inpTime: number;

  constructor(
    private readonly page: EndpointNode,
    time: number,
    data: WebInteractionData,
  ) {
    super(page.handle(WebInteractionDefinition), time);
    this.inpTime = data.inpTime;
  }

  get name(): string {
    return this.page.name;
  }
}
