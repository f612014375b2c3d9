import { createToken } from '@skein/core';
import type { Duration } from '@skein/telemetry';
import type { ReadOptions } from './common.js';

/** The side from which a call was seen. `PROXY`: by what stands between the two; service meshes have such. */
export type SeenFrom = 'CLIENT' | 'SERVER' | 'PROXY';

/** A relation between two nodes. Components are names. */
export interface Call {
  readonly id: string;
  readonly source: string;
  readonly sourceComponents: readonly string[];
  readonly target: string;
  readonly targetComponents: readonly string[];
  readonly detectPoints: readonly SeenFrom[];
}
/** A service, or a peer that is conjectured, in a topology. */
export interface ServiceNode {
  readonly id: string;
  readonly name: string;
  /** Server component; undefined for a normal node that nobody called in the range. */
  readonly type: string | undefined;
  readonly isReal: boolean;
  readonly layers: readonly string[];
}
/** An instance or endpoint. */
export interface MemberNode {
  readonly id: string;
  readonly name: string;
  readonly serviceId: string;
  readonly serviceName: string;
  readonly type: string;
  readonly isReal: boolean;
}
/** Nodes and the calls between them. */
export interface Topology<N> {
  readonly nodes: readonly N[];
  readonly calls: readonly Call[];
}

/** Who calls whom, at every level. */
export interface TopologyQuery {
  /** Relations of these services, one hop around them; none given: empty. */
  services(ids: readonly string[], duration: Duration, options?: ReadOptions): Promise<Topology<ServiceNode>>;
  /** All services, or those of a layer. */
  global(layer: string | undefined, duration: Duration, options?: ReadOptions): Promise<Topology<ServiceNode>>;
  /** Instance relations between two services, both directions. */
  instances(clientServiceId: string, serverServiceId: string, duration: Duration, options?: ReadOptions): Promise<Topology<MemberNode>>;
  /** What calls an endpoint and what it calls. */
  endpoints(endpointId: string, duration: Duration, options?: ReadOptions): Promise<Topology<MemberNode>>;
}
/** Provided by the module `query`. */
export const TopologyQueryToken = createToken<TopologyQuery>('topology-query');
