import type { Static } from '@skein/core';
import { skywalking } from '@skein/proto';
import {
  DetectPoint,
  type Naming,
  type Observation,
  parseEndpointRelationId,
  parseMemberId,
  parseRelationId,
  parseServiceId,
  type Source,
} from '@skein/telemetry';
import { type Analysis, buildAnalysis } from '../build-analysis.js';
import type { AnalyzerConfig } from '../config.js';
import type { AnalysisReports } from '../segment-analyzer.js';

/** 2024-01-02T03:04:00Z. */
export const NOW = 1_704_164_640_000;

export const Entry = 0;
export const Exit = 1;
export const Local = 2;
export const Layer = { Unknown: 0, Database: 1, RPCFramework: 2, Http: 3, MQ: 4, Cache: 5, FAAS: 6, GenAI: 7 } as const;

type Fields<T> = { [K in keyof T]?: T[K] | undefined };
/** Enums are numbers here, so that unknown ones can be written. */
export type Reference = Omit<Fields<skywalking.v3.ISegmentReference>, 'refType'> & { readonly refType?: number };
export type Span = Omit<Fields<skywalking.v3.ISpanObject>, 'refs' | 'tags' | 'spanType' | 'spanLayer'> & {
  readonly spanType?: number;
  readonly spanLayer?: number;
  readonly refs?: readonly Reference[];
  /** `key=value`. */
  readonly tags?: readonly string[];
};

/** A span that takes 12 ms and begins at {@link NOW}. */
const encodeSpan = ({ tags = [], ...span }: Span): object => ({
  startTime: NOW,
  endTime: (span.startTime ?? NOW) + 12,
  ...span,
  tags: tags.map((tag) => ({ key: tag.slice(0, tag.indexOf('=')), value: tag.slice(tag.indexOf('=') + 1) })),
});

/** A segment of service `shop`, instance `i1`, trace `t`, segment id `s`. */
export function segment(spans: readonly Span[], fields: object = {}): Uint8Array {
  const { SegmentObject } = skywalking.v3;
  return SegmentObject.encode(
    SegmentObject.fromObject({
      traceId: 't',
      traceSegmentId: 's',
      service: 'shop',
      serviceInstance: 'i1',
      spans: spans.map(encodeSpan),
      ...fields,
    }),
  ).finish();
}

/** A reference from endpoint `/cart` of instance `w1` of service `web`, which called `shop:80`. */
export const reference = (fields: Reference = {}): Reference => ({
  parentService: 'web',
  parentServiceInstance: 'w1',
  parentEndpoint: '/cart',
  networkAddressUsedAtPeer: 'shop:80',
  ...fields,
});

export const DEFAULTS: Static<typeof AnalyzerConfig> = {
  traceAnalysis: true,
  slowDBAccessThreshold: { default: 200, mongodb: 100 },
  slowCacheReadThreshold: 'default:20,redis:10',
  slowCacheWriteThreshold: 'default:20, redis:10',
  maxSlowSQLLength: 2000,
  forceSampleErrorSegment: true,
  segmentStatusAnalysisStrategy: 'FROM_SPAN_STATUS',
  samplingPolicy: { default: {}, services: [] },
  gateways: [],
  noUpstreamRealAddressAgents: [6000, 9000],
  searchableTracesTags: ['http.method', 'http.status_code', 'db.type', 'db.instance'],
};

/** Cuts names to 70 and 150 characters. */
const naming: Naming = {
  service: (name) => name.slice(0, 70),
  instance: (name) => name.slice(0, 70),
  endpoint: (_, name) => name.slice(0, 150),
};

export interface Kit extends Analysis {
  /** What was reported, as text. */
  readonly reported: string[];
  /** Moves the clock. */
  wait(ms: number): void;
  /** Analyses; throws when the segment is left out. */
  observe(bytes: Uint8Array): Observation;
  /** What the sources are, in short. */
  sources(...spans: readonly Span[]): readonly string[];
}

export function kit(config: Partial<Static<typeof AnalyzerConfig>> = {}, zone = 'UTC'): Kit {
  let now = NOW;
  const reported: string[] = [];
  const reports: AnalysisReports = {
    spanProblem: (cause) => reported.push(cause),
    listenerFailed: (module, error) => reported.push(`${module}: ${error}`),
    failed: (error) => reported.push(`failed: ${error}`),
  };
  const analysis = buildAnalysis(
    { ...DEFAULTS, ...config },
    {
      storage: { traits: { retention: { records: 3, traces: 3, logs: 3, metrics: 7 * 86_400_000, never: Number.POSITIVE_INFINITY } } },
      naming,
      zone,
      clock: { now: () => now },
      reports,
    },
  );
  const observe = (bytes: Uint8Array): Observation => {
    const result = analysis.analyzer.analyze({ bytes });
    if (typeof result === 'string') throw new Error(result);
    return result;
  };
  return {
    ...analysis,
    reported,
    wait: (ms) => {
      now += ms;
    },
    observe,
    sources: (...spans) => observe(segment(spans)).sources.map(inShort),
  };
}

const service = (id: string): string => {
  const { name, normal } = parseServiceId(id)!;
  return `${name}.${normal ? 1 : 0}`;
};
const member = (id: string): string => {
  const { serviceId, name } = parseMemberId(id)!;
  return `${service(serviceId)}/${name}`;
};
const either = (id: string): string => (id.includes('_') ? member(id) : service(id));

/** A source as one line, its ids decoded: `ServiceRelation CLIENT shop.1>mysql:3306.0 #33 GENERAL>VIRTUAL_DATABASE`. */
export function inShort(source: Source): string {
  // Sources are read by attribute name here, as OAL does.
  const s = source as unknown as Readonly<Record<string, string | number>>;
  const { name } = source.definition;
  const side = Object.entries(DetectPoint).find(([, value]) => value === s.detectPoint)?.[0];
  switch (name) {
    case 'All':
      return `All ${s.name}/${s.serviceInstanceName}/${s.endpointName}`;
    case 'Service':
      return `Service ${service(source.entity)} ${s.layer}`;
    case 'ServiceInstance':
    case 'Endpoint':
      return `${name} ${member(source.entity)} ${s.serviceLayer}`;
    case 'ServiceRelation':
    case 'ServiceInstanceRelation': {
      const { source: from, dest } = parseRelationId(source.entity)!;
      const layers = name === 'ServiceRelation' ? `${s.sourceLayer}>${s.destLayer}` : `${s.sourceServiceLayer}>${s.destServiceLayer}`;
      return `${name} ${side} ${either(from)}>${either(dest)} #${s.componentId} ${layers}`;
    }
    case 'EndpointRelation': {
      const r = parseEndpointRelationId(source.entity)!;
      return `${name} ${side} ${service(r.sourceService)}/${r.sourceEndpoint}>${service(r.destService)}/${r.destEndpoint} #${s.componentId}`;
    }
    case 'MQEndpointAccess':
      return `${name} ${member(source.entity)} ${s.operation} ${s.transmissionLatency}`;
    case 'MQAccess':
      return `${name} ${service(source.entity)} ${s.operation} ${s.transmissionLatency}`;
    case 'CacheAccess':
      return `${name} ${service(source.entity)} ${s.operation} ${s.latency}`;
    default:
      return `${name} ${service(source.entity)} ${s.latency}`;
  }
}
