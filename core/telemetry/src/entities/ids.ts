/** Entity ids, analysis.md 4.1. Base64 is the standard alphabet with padding, so `.`, `_` and `-` never occur in it and splitting is safe. */

const BLANK = '_blank';

const encode = (name: string): string => Buffer.from(name.trim() === '' ? BLANK : name, 'utf8').toString('base64');
const decode = (text: string): string => Buffer.from(text, 'base64').toString('utf8');

/** The id of a service. `normal`: not conjectured from its callers. */
export const serviceId = (name: string, normal: boolean): string => `${encode(name)}.${normal ? 1 : 0}`;

/** The id of an instance of a service. */
export const instanceId = (service: string, name: string): string => `${service}_${encode(name)}`;

/** The id of an endpoint of a service. */
export const endpointId = (service: string, name: string): string => `${service}_${encode(name)}`;

/** The id of a relation between two services, instances or processes. */
export const relationId = (source: string, dest: string): string => `${source}-${dest}`;

/** The id of a call from one endpoint to another. */
export const endpointRelationId = (sourceService: string, sourceEndpoint: string, destService: string, destEndpoint: string): string =>
  `${sourceService}-${encode(sourceEndpoint)}-${destService}-${encode(destEndpoint)}`;

/** The id of the row that says who answers at a network address. */
export const addressAliasId = (address: string): string => encode(address);

/** What a service id says. */
export interface ServiceIdParts {
  readonly name: string;
  readonly normal: boolean;
}

/** undefined when the text is not a service id. */
export function parseServiceId(id: string): ServiceIdParts | undefined {
  const dot = id.lastIndexOf('.');
  if (dot < 1 || (id[dot + 1] !== '0' && id[dot + 1] !== '1') || dot + 2 !== id.length) return undefined;
  return { name: decode(id.slice(0, dot)), normal: id[dot + 1] === '1' };
}

/** Splits an instance or endpoint id; undefined when the text is not one. */
export function parseMemberId(
  id: string,
): { readonly serviceId: string; readonly service: ServiceIdParts; readonly name: string } | undefined {
  const at = id.indexOf('_');
  if (at < 0) return undefined;
  const owner = id.slice(0, at);
  const service = parseServiceId(owner);
  return service && { serviceId: owner, service, name: decode(id.slice(at + 1)) };
}

/** Splits a service or instance relation id; undefined when the text is not one. */
export function parseRelationId(id: string): { readonly source: string; readonly dest: string } | undefined {
  const parts = id.split('-');
  return parts.length === 2 ? { source: parts[0]!, dest: parts[1]! } : undefined;
}

/** Splits an endpoint relation id; undefined when the text is not one. */
export function parseEndpointRelationId(
  id: string,
):
  | { readonly sourceService: string; readonly sourceEndpoint: string; readonly destService: string; readonly destEndpoint: string }
  | undefined {
  const parts = id.split('-');
  if (parts.length !== 4) return undefined;
  return { sourceService: parts[0]!, sourceEndpoint: decode(parts[1]!), destService: parts[2]!, destEndpoint: decode(parts[3]!) };
}

/** `group::short`: the part before the first `::`, if it is not empty, is the group. */
export function serviceGroup(name: string): { readonly group: string; readonly shortName: string } {
  const at = name.indexOf('::');
  return at > 0 ? { group: name.slice(0, at), shortName: name.slice(at + 2) } : { group: '', shortName: name };
}
