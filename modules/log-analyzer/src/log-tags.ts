import { type LogTag, MAX_LOG_TAGS_BYTES } from '@skein/telemetry';

/** Longest searchable tag, `key=value`, in UTF-16 units. */
const MAX_TAG = 256;
/** A UTF-16 unit takes at most three bytes of UTF-8, and within JSON at most six. */
const BYTES_PER_UNIT = 3;
const JSON_BYTES_PER_UNIT = 6;
/** Room for searchable tags, a little less than the field of the record holds. */
const SEARCHABLE_BYTES = 60_000;

/** A tag by which a log can be found. */
export interface SearchableTag extends LogTag {
  /** `key=value`. */
  readonly text: string;
}

/** Those of the tags by which a log can be found, each once. Too long ones, and those beyond the record's room, are left out. */
export function searchableTags(tags: readonly LogTag[], keys: ReadonlySet<string>): readonly SearchableTag[] {
  const found: SearchableTag[] = [];
  let seen: Set<string> | undefined;
  let room = SEARCHABLE_BYTES;
  for (const { key, value } of tags) {
    if (!keys.has(key)) continue;
    const text = `${key}=${value}`;
    if (text.length > MAX_TAG || text.length * BYTES_PER_UNIT > room) continue;
    seen ??= new Set();
    if (seen.has(text)) continue;
    seen.add(text);
    room -= text.length * BYTES_PER_UNIT;
    found.push({ key, value, text });
  }
  return found;
}

/** All tags as the record keeps them, in order, as far as there is room. */
export function tagsText(tags: readonly LogTag[]): string | undefined {
  if (tags.length === 0) return undefined;
  const flat: string[] = [];
  let room = MAX_LOG_TAGS_BYTES - 2;
  for (const { key, value } of tags) {
    const text = (key.length + value.length) * JSON_BYTES_PER_UNIT + 6;
    if (text > room) continue;
    room -= text;
    flat.push(key, value);
  }
  return JSON.stringify(flat);
}
