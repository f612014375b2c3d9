import type { ZipkinEndpoint, ZipkinSpan } from '@skein/telemetry';

/** Writes a span in Zipkin's JSON v2, by hand: half the cost of an object that is made for it. */
export function spanJson(span: ZipkinSpan): string {
  const { parentId, kind, name, timestamp, duration, localEndpoint, remoteEndpoint, annotations, tags } = span;
  let json = `{"traceId":"${span.traceId}"`;
  if (parentId !== undefined) json += `,"parentId":"${parentId}"`;
  json += `,"id":"${span.id}"`;
  if (kind !== undefined) json += `,"kind":"${kind}"`;
  if (name !== undefined) json += `,"name":${JSON.stringify(name)}`;
  if (timestamp > 0) json += `,"timestamp":${timestamp}`;
  if (duration > 0) json += `,"duration":${duration}`;
  if (localEndpoint !== undefined) json += `,"localEndpoint":${endpointJson(localEndpoint)}`;
  if (remoteEndpoint !== undefined) json += `,"remoteEndpoint":${endpointJson(remoteEndpoint)}`;
  if (annotations.length > 0) json += `,"annotations":[${annotations.map(annotationJson).join(',')}]`;
  if (tags.size > 0) json += `,"tags":${tagsJson(tags)}`;
  if (span.debug) json += ',"debug":true';
  if (span.shared) json += ',"shared":true';
  return `${json}}`;
}

function endpointJson({ serviceName, ipv4, ipv6, port }: ZipkinEndpoint): string {
  let json = '';
  if (serviceName !== undefined) json += `,"serviceName":${JSON.stringify(serviceName)}`;
  if (ipv4 !== undefined) json += `,"ipv4":${JSON.stringify(ipv4)}`;
  if (ipv6 !== undefined) json += `,"ipv6":${JSON.stringify(ipv6)}`;
  if (port !== undefined) json += `,"port":${port}`;
  return `{${json.slice(1)}}`;
}

const annotationJson = ({ timestamp, value }: { readonly timestamp: number; readonly value: string }): string =>
  `{"timestamp":${timestamp},"value":${JSON.stringify(value)}}`;

function tagsJson(tags: ReadonlyMap<string, string>): string {
  let json = '';
  for (const [key, value] of tags) json += `,${JSON.stringify(key)}:${JSON.stringify(value)}`;
  return `{${json.slice(1)}}`;
}
