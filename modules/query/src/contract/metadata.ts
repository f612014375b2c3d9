import { createToken } from '@skein/core';
import type { Duration } from '@skein/telemetry';
import type { ReadOptions } from './common.js';

/** A service, of whatever layers. */
export interface Service {
  readonly id: string;
  readonly name: string;
  readonly group: string;
  readonly shortName: string;
  readonly layers: readonly string[];
  /** false: conjectured from its callers. */
  readonly normal: boolean;
}
/** Which services; all conditions must hold. */
export interface ServiceFilter {
  readonly layer?: string;
  readonly group?: string;
  /** Part of the name. */
  readonly keyword?: string;
}
/** An instance of a service, with what it reported of itself. */
export interface Instance {
  readonly id: string;
  readonly name: string;
  /** One of the protocol's Language values; UNKNOWN when the agent did not tell. */
  readonly language: string;
  readonly attributes: ReadonlyArray<{ readonly name: string; readonly value: string }>;
}
/** An endpoint of a service. */
export interface Endpoint {
  readonly id: string;
  readonly name: string;
}
/** What an endpoint id says. */
export interface EndpointInfo extends Endpoint {
  readonly serviceId: string;
  readonly serviceName: string;
}
/** Which endpoints; all conditions must hold. */
export interface EndpointFilter {
  readonly keyword?: string;
  readonly limit: number;
  readonly duration?: Duration;
}

/** Which services, instances and endpoints there are. */
export interface MetadataQuery {
  /** All layers that a service may have. */
  layers(): readonly string[];
  /** Services of equal name are one, with the first id and the union of layers. */
  services(filter?: ServiceFilter, options?: ReadOptions): Promise<readonly Service[]>;
  service(id: string, options?: ReadOptions): Promise<Service | undefined>;
  /** The normal service of that name. */
  serviceNamed(name: string, options?: ReadOptions): Promise<Service | undefined>;
  /** Instances alive in the range, by name. */
  instances(serviceId: string, duration: Duration, options?: ReadOptions): Promise<readonly Instance[]>;
  instance(id: string, options?: ReadOptions): Promise<Instance | undefined>;
  /** Latest first seen first. */
  endpoints(serviceId: string, filter: EndpointFilter, options?: ReadOptions): Promise<readonly Endpoint[]>;
  /** From the id alone; undefined when it is none. */
  endpointInfo(id: string): EndpointInfo | undefined;
  /** Layers of services by id; ids that are not stored are absent. */
  layersOf(serviceIds: readonly string[], options?: ReadOptions): Promise<ReadonlyMap<string, readonly string[]>>;
}
/** Provided by the module `query`. */
export const MetadataQueryToken = createToken<MetadataQuery>('metadata-query');
