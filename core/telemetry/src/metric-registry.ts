import { createToken } from '@skein/core';
import type { OalScript } from './points.js';
import type { SourceDefinition } from './sources/source.js';

/**
 * Takes metrics that a module knows only after it has read its configuration (meter rules from files), as sources and OAL lines over them. What is
 * known before belongs to the points `Sources` and `OalScripts`. Provided by aggregation.
 */
export interface MetricRegistry {
  /**
   * To be called in `activate`; later it throws. `owner`: the module's name, which mistakes in the scripts lead to. A mistake fails the start of
   * the host, as it does in a contributed script.
   */
  add(owner: string, what: { readonly sources: readonly SourceDefinition[]; readonly scripts: readonly OalScript[] }): void;
}
/** The one registry of a host. */
export const MetricRegistryToken = createToken<MetricRegistry>('metric-registry');
