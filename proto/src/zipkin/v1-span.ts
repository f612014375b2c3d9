import type { SpanEndpoint } from './span.js';

/** An event of a v1 span; `cs`, `sr` and the like mark the ends of a request. */
export interface V1Annotation {
  /** Microseconds since the epoch. */
  readonly timestamp: number;
  readonly value: string;
  readonly endpoint: SpanEndpoint | undefined;
}

/** A tag of a v1 span; with `true`, `sa`, `ca` and `ma` name the other side's address. */
export interface V1BinaryAnnotation {
  readonly key: string;
  /** Values of other types are not kept. */
  readonly value: string | boolean;
  readonly endpoint: SpanEndpoint | undefined;
}

/** A span as the first version of the format has it: both sides of a request may be in one. */
export class V1Span {
  parentId: string | undefined = undefined;
  name: string | undefined = undefined;
  timestamp = 0;
  duration = 0;
  debug = false;
  readonly annotations: V1Annotation[] = [];
  readonly binaryAnnotations: V1BinaryAnnotation[] = [];

  constructor(
    readonly traceId: string,
    readonly id: string,
  ) {}
}
