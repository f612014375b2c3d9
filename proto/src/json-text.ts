import { JsonError } from './json-error.js';

/** Far above any telemetry message; a parser without this limit builds objects of many times the body's size from `[[[[...`. */
const DEEPEST = 64;
const MOST_CONTAINERS = 500_000;

const OPEN_OBJECT = 0x7b;
const OPEN_ARRAY = 0x5b;
const CLOSE_OBJECT = 0x7d;
const CLOSE_ARRAY = 0x5d;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;

const utf8 = new TextDecoder('utf-8', { fatal: true });

/** Parses a JSON body. Throws {@link JsonError} for bytes that are not UTF-8 or not JSON, and above 64 levels or 500 000 objects and arrays. */
export function parseJson(body: Uint8Array): unknown {
  checkShape(body);
  let text: string;
  try {
    text = utf8.decode(body);
  } catch {
    throw new JsonError('', 'UTF-8 text', 'other bytes');
  }
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new JsonError('', 'JSON', (error as Error).message, { cause: error });
  }
}

/** Counts on the bytes, before anything is built. */
function checkShape(body: Uint8Array): void {
  let depth = 0;
  let containers = 0;
  for (let at = 0; at < body.length; at++) {
    const byte = body[at]!;
    if (byte === QUOTE) {
      at = endOfString(body, at);
    } else if (byte === OPEN_OBJECT || byte === OPEN_ARRAY) {
      if (++depth > DEEPEST) throw new JsonError('', `at most ${DEEPEST} levels`, 'more');
      if (++containers > MOST_CONTAINERS) throw new JsonError('', `at most ${MOST_CONTAINERS} objects and arrays`, 'more');
    } else if (byte === CLOSE_OBJECT || byte === CLOSE_ARRAY) depth--;
  }
}

function endOfString(body: Uint8Array, start: number): number {
  for (let at = start + 1; at < body.length; at++) {
    const byte = body[at]!;
    if (byte === QUOTE) return at;
    if (byte === BACKSLASH) at++;
  }
  return body.length;
}
