import type { Layer } from '../entities/layers.js';
import type { RequestFacts } from '../sources/request-facts.js';
import type { EndpointNode, InstanceNode, ServiceNode } from './directory.js';

/** What a call was like, and when it began. */
export interface Facts extends RequestFacts {
  /** Start, ms since the epoch. */
  readonly time: number;
  /** How the connection was secured, where that is known: `NONE`, `TLS` or `mTLS`. */
  readonly tlsMode?: string | undefined;
}

/** One side of a call. */
export interface Side {
  readonly service: ServiceNode;
  /** Of that service. Its name may be empty: unknown. */
  readonly instance: InstanceNode;
  readonly layer: Layer;
  /** Undefined where the side has none. Behind a broker or gateway its owner is not `service`, but the service that produced the message. */
  readonly endpoint: EndpointNode | undefined;
  /** Layer of the endpoint's owner. */
  readonly endpointLayer: Layer;
}

/** What a call's sources want to know of the span that tells of it. */
export interface CallSpan {
  readonly componentId: number;
  readonly operationName: string;
}

/** One call between two sides, as one of them saw it. */
export interface Call {
  readonly from: Side;
  readonly to: Side;
  readonly facts: Facts;
  /** A DetectPoint. */
  readonly detectPoint: number;
  /** The span, or whatever else tells of it. */
  readonly span: CallSpan;
}
