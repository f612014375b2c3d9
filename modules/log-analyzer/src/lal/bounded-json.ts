import type { Value } from './values.js';

/** Far above any log; without limits `[[[[...` becomes objects of many times its size. */
const DEEPEST = 64;
const MOST_CONTAINERS = 50_000;
const LONGEST = 1_048_576;

const OPEN_OBJECT = 0x7b;
const OPEN_ARRAY = 0x5b;
const CLOSE_OBJECT = 0x7d;
const CLOSE_ARRAY = 0x5d;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** What a text says as JSON; undefined where it says nothing, or too much: above 64 levels, 50 000 objects and lists or 1 Mi characters. */
export function parseBoundedJson(text: string): Value | undefined {
  if (text.length > LONGEST || !hasModestShape(text)) return undefined;
  try {
    return JSON.parse(text) as Value;
  } catch {
    return undefined;
  }
}

function hasModestShape(text: string): boolean {
  let depth = 0;
  let containers = 0;
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (unit === QUOTE) at = endOfString(text, at);
    else if (unit === OPEN_OBJECT || unit === OPEN_ARRAY) {
      if (++depth > DEEPEST || ++containers > MOST_CONTAINERS) return false;
    } else if (unit === CLOSE_OBJECT || unit === CLOSE_ARRAY) depth--;
  }
  return true;
}

function endOfString(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (unit === QUOTE) return at;
    if (unit === BACKSLASH) at++;
  }
  return text.length;
}
