import type { HttpRequest } from '@skein/core';
import { StatusError } from '@skein/core';

/** What a client asks for. */
export interface GraphqlRequest {
  readonly query: string;
  readonly variables: Readonly<Record<string, unknown>> | undefined;
  readonly operationName: string | undefined;
}

const utf8 = new TextDecoder('utf-8', { fatal: true });
const bad = (message: string, cause?: unknown): StatusError => new StatusError('INVALID_ARGUMENT', message, { cause });

/** Reads a request: a JSON object under any JSON media type, or a document alone as `application/graphql`. Throws StatusError. */
export function readRequest({ headers, body }: Pick<HttpRequest, 'headers' | 'body'>): GraphqlRequest {
  const type = (headers.get('content-type') ?? '').split(';')[0]!.trim().toLowerCase();
  const raw = type === 'application/graphql';
  if (!raw && !/^application\/(?:[a-z0-9.!#$&^_-]+\+)?json$/.test(type)) {
    throw new StatusError('UNSUPPORTED_MEDIA_TYPE', 'send application/json or application/graphql');
  }
  const text = decode(body);
  if (text.trim() === '') throw bad('the body is empty');
  return raw ? { query: text, variables: undefined, operationName: undefined } : fromJson(text);
}

function decode(body: Uint8Array): string {
  try {
    return utf8.decode(body);
  } catch (error) {
    throw bad('the body is not UTF-8', error);
  }
}

function fromJson(text: string): GraphqlRequest {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw bad('the body is not JSON', error);
  }
  if (Array.isArray(value)) throw bad('batches are not supported');
  if (!isObject(value)) throw bad('the body is not a JSON object');
  const { query, variables, operationName } = value;
  if (typeof query !== 'string' || query.trim() === '') throw bad('the body has no query');
  if (variables !== undefined && variables !== null && !isObject(variables)) throw bad('variables is not an object');
  if (operationName !== undefined && operationName !== null && typeof operationName !== 'string')
    throw bad('operationName is not a string');
  return { query, variables: variables ?? undefined, operationName: operationName || undefined };
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);
