/** Latencies inside a sidecar proxy; zeros where there is none. */
export interface SideCar {
  readonly internalErrorCode: string | undefined;
  readonly internalRequestLatencyNanos: number;
  readonly internalResponseLatencyNanos: number;
}
/** Of requests that passed no proxy. */
export const NO_SIDE_CAR: SideCar = { internalErrorCode: undefined, internalRequestLatencyNanos: 0, internalResponseLatencyNanos: 0 };

/** The request that a traffic source tells of. Shared by all sources made from one span. */
export interface RequestFacts {
  /** ms, may be negative. */
  readonly latency: number;
  /** true = success. */
  readonly status: boolean;
  readonly httpResponseStatusCode: number;
  readonly rpcStatusCode: string | undefined;
  /** A {@link RequestType}. */
  readonly type: number;
  /** `key:value` list, made when asked for. */
  readonly tags: readonly string[];
  readonly tag: (key: string) => string | undefined;
  readonly sideCar: SideCar;
}
