import { createToken } from '@skein/core';

/** Length limits and endpoint grouping of names, analysis.md 7. Ids are built from what these return. Provided by the module `naming`. */
export interface Naming {
  service(name: string): string;
  instance(name: string): string;
  /** `service` is the already formatted name of the owner. */
  endpoint(service: string, name: string): string;
}

/** The one way in which names are cut and grouped in a host. */
export const NamingToken = createToken<Naming>('naming');
