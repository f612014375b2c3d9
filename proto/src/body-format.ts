/** How an HTTP body is written. */
export type BodyFormat = 'json' | 'protobuf';

/**
 * The format that a Content-Type names, receivers.md 7.2; undefined for a type that is neither. No type at all means protobuf.
 * `text/plain` is JSON, since browsers send that for `fetch` without a type.
 */
export function bodyFormat(contentType: string | undefined): BodyFormat | undefined {
  const type = (contentType ?? '').split(';', 1)[0]!.trim().toLowerCase();
  if (type === '' || type === 'application/octet-stream' || /^[^/]+\/.*protobuf/.test(type)) return 'protobuf';
  return type === 'application/json' || type === 'text/plain' || type.endsWith('+json') ? 'json' : undefined;
}
