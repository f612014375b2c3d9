import { SpanLayer, type SpanView } from '@skein/proto';
import { NO_SIDE_CAR, type RequestFacts, RequestType, type SideCar } from '@skein/telemetry';
import { type SpanTags, Tag } from './span-tags.js';

const INT32_MAX = 0x7fffffff;

/** Milliseconds as a signed 32-bit number, the width of latencies in storage and queries. */
export const int32 = (ms: number): number => (ms > INT32_MAX ? INT32_MAX : ms < -INT32_MAX - 1 ? -INT32_MAX - 1 : Math.trunc(ms));

/**
 * End less start. SkyWalking keeps what is negative; here it counts as 0, because one span without an end would make the average of its
 * minute absurd.
 */
export const spanLatency = (span: SpanView): number => Math.max(0, int32(span.endTime - span.startTime));

export function requestType(spanLayer: number): number {
  switch (spanLayer) {
    case SpanLayer.Http:
      return RequestType.HTTP;
    case SpanLayer.Database:
      return RequestType.DATABASE;
    case SpanLayer.MQ:
      return RequestType.MQ;
    case SpanLayer.GenAI:
      return RequestType.GenAI;
    default:
      return RequestType.RPC;
  }
}

/** What a span tells of its request; all sources made from the span share it. Source: analysis.md 5.1. */
export class SpanFacts implements RequestFacts {
  readonly time: number;
  readonly latency: number;
  readonly status: boolean;
  readonly httpResponseStatusCode: number;
  readonly rpcStatusCode: string | undefined;
  readonly type: number;
  private list: readonly string[] | undefined;
  private lookUp: ((key: string) => string | undefined) | undefined;

  constructor(
    readonly span: SpanView,
    found: SpanTags,
  ) {
    this.time = span.startTime;
    this.latency = spanLatency(span);
    this.status = !span.isError;
    this.httpResponseStatusCode = found.httpStatusCode();
    this.rpcStatusCode = found.last(Tag['rpc.status_code']);
    this.type = requestType(span.spanLayer);
  }

  get tags(): readonly string[] {
    this.list ??= Array.from(this.span.tags(), ([key, value]) => `${key.trim()}:${value.trim()}`);
    return this.list;
  }

  get tag(): (key: string) => string | undefined {
    this.lookUp ??= (key) => this.span.tag(key);
    return this.lookUp;
  }

  get sideCar(): SideCar {
    return NO_SIDE_CAR;
  }
}

/** A request that an agent tells of in a tag of another span: analysis.md 5.5. */
export class LogicFacts implements RequestFacts {
  readonly httpResponseStatusCode = 0;
  readonly rpcStatusCode = undefined;
  readonly type = RequestType.LOGIC;
  readonly tags: readonly string[] = [];

  constructor(
    readonly time: number,
    readonly latency: number,
    readonly status: boolean,
  ) {}

  readonly tag = (): undefined => undefined;

  get sideCar(): SideCar {
    return NO_SIDE_CAR;
  }
}
