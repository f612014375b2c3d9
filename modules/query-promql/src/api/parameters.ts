import type { HttpRequest } from '@skein/core';
import { WALL_CLOCK_YEARS } from '@skein/telemetry';
import { refuse } from '../evaluation/api-error.js';

/** Longest form, bytes, and most selectors in one request. */
const MAX_FORM = 1024 * 1024;
const MAX_MATCHES = 20;
const LAST_INSTANT = Date.UTC(WALL_CLOCK_YEARS.last, 11, 31);
const RFC_3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)$/i;

/** Parameters of a request: those of its form, which a GET may have too, before those of its query string. All reads throw ApiError `bad_data`. */
export class Parameters {
  readonly #form: URLSearchParams;
  readonly #query: URLSearchParams;

  constructor({ query, headers, body }: Pick<HttpRequest, 'query' | 'headers' | 'body'>) {
    this.#query = query;
    this.#form = new URLSearchParams(body.length === 0 ? '' : formText(headers.get('content-type') ?? '', body));
  }

  /** Undefined when it is absent or empty. */
  text(name: string): string | undefined {
    return this.#form.get(name) || this.#query.get(name) || undefined;
  }

  required(name: string): string {
    return this.text(name) ?? refuse(`the parameter ${name} is missing`);
  }

  /** All values of `match[]`. */
  matches(): readonly string[] {
    const all = [...this.#form.getAll('match[]'), ...this.#query.getAll('match[]')].filter((text) => text.trim() !== '');
    return all.length > MAX_MATCHES ? refuse(`more than ${MAX_MATCHES} selectors in match[]`) : all;
  }

  /** ms since the epoch, from unix seconds or RFC 3339; undefined when it is absent. Times before 1970 count as its start. */
  instant(name: string): number | undefined {
    const given = this.text(name);
    if (given === undefined) return undefined;
    const ms = RFC_3339.test(given) ? Date.parse(given) : seconds(given) * 1000;
    if (Number.isNaN(ms)) refuse(`the parameter ${name} must be a unix time in seconds or RFC 3339 (got "${given.slice(0, 40)}")`);
    return Math.min(Math.max(0, Math.floor(ms)), LAST_INSTANT);
  }

  /** How many entries are wanted. 0, as Prometheus has it, sets no limit. */
  limit(): number | undefined {
    const given = this.text('limit');
    if (given === undefined) return undefined;
    if (!/^\d{1,9}$/.test(given)) refuse(`the parameter limit must be a whole number (got "${given.slice(0, 20)}")`);
    return Number(given) || undefined;
  }
}

function formText(type: string, body: Uint8Array): string {
  const kind = type.split(';', 1)[0]!.trim().toLowerCase();
  if (kind !== '' && kind !== 'application/x-www-form-urlencoded') refuse('a body must be a form, application/x-www-form-urlencoded');
  if (body.length > MAX_FORM) refuse(`the form is longer than ${MAX_FORM} bytes`);
  return new TextDecoder().decode(body);
}

const seconds = (text: string): number =>
  /^[+-]?(\d{1,20}(\.\d{0,20})?|\.\d{1,20})(e[+-]?\d{1,3})?$/i.test(text) ? Number(text) : Number.NaN;
