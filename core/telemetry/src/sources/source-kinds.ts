import type { RequestFacts } from './request-facts.js';
import type { Source } from './source.js';

/** A request that a service served. */
export interface ServiceSource extends Source, RequestFacts {
  readonly name: string;
  readonly layer: string;
  readonly serviceInstanceName: string;
  readonly endpointName: string;
}
/** Instances and endpoints: members of a service. `serviceId` is the id of the owner. */
export interface MemberSource extends Source, RequestFacts {
  readonly name: string;
  readonly serviceName: string;
  readonly serviceLayer: string;
  readonly serviceId: string;
}
/** Service and instance relations. For services `source` is the service id; for instances the instance id. */
export interface RelationSource extends Source, RequestFacts {
  readonly source: string;
  readonly dest: string;
  readonly sourceServiceId: string;
  readonly destServiceId: string;
  readonly sourceServiceName: string;
  readonly destServiceName: string;
  readonly endpoint: string;
  readonly componentId: number;
  /** A {@link DetectPoint}. */
  readonly detectPoint: number;
  /** How the connection was secured, where that is known: `NONE`, `TLS` or `mTLS`. */
  readonly tlsMode?: string | undefined;
}

/** A call from one endpoint to another, seen by the one that was called. */
export interface EndpointRelationSource extends Source {
  readonly source: string;
  readonly dest: string;
  readonly sourceServiceId: string;
  readonly destServiceId: string;
  readonly endpoint: string;
  readonly serviceName: string;
  readonly childEndpoint: string;
  readonly childServiceName: string;
  readonly componentId: number;
  readonly rpcLatency: number;
  readonly status: boolean;
  readonly httpResponseStatusCode: number;
  readonly rpcStatusCode: string | undefined;
  readonly type: number;
  readonly detectPoint: number;
}

/** A call to a database, cache or message broker, seen from its caller or consumer. */
export interface AccessSource extends Source {
  readonly name: string;
  readonly status: boolean;
  /** ms; for databases and caches. */
  readonly latency: number;
  /** ms; for message brokers. */
  readonly transmissionLatency: number;
  /** A {@link VirtualCacheOperation} or {@link MQOperation}. */
  readonly operation: number;
}
