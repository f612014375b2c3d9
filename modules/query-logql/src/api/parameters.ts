import type { HttpRequest } from '@skein/core';
import { refuse } from './api-error.js';

/** Longest form, bytes, and most selectors in one request. */
const MAX_FORM = 1024 * 1024;
const MAX_MATCHES = 20;
const RFC_3339 = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)$/i;
/** By its number of digits an integer is a unix time in s, ms, us or ns. */
const UNITS: readonly (readonly [digits: number, perSecond: bigint])[] = [
  [10, 1n],
  [13, 1_000n],
  [16, 1_000_000n],
  [19, 1_000_000_000n],
];

/** Parameters of a request: those of its form, which a GET may have too, before those of its query string. All reads throw ApiError. */
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

  /** All values of `match[]`, or of `match`. */
  matches(): readonly string[] {
    const all = ['match[]', 'match'].flatMap((name) => [...this.#form.getAll(name), ...this.#query.getAll(name)]);
    const given = all.filter((text) => text.trim() !== '');
    return given.length > MAX_MATCHES ? refuse(`more than ${MAX_MATCHES} selectors in match[]`) : given;
  }

  /**
   * The first ms since the epoch that is not before the given time: a unix time in ns, us, ms or s, in seconds with a fraction, or RFC 3339.
   * Undefined when it is absent.
   */
  instant(name: string): number | undefined {
    const given = this.text(name);
    if (given === undefined) return undefined;
    const ms = RFC_3339.test(given) ? Date.parse(given) : unixTime(given);
    return Number.isNaN(ms) ? refuse(`the parameter ${name} must be a unix time or RFC 3339 (got "${given.slice(0, 40)}")`) : ms;
  }

  /** How many entries are wanted: 1 to `most`. */
  limit(most: number): number | undefined {
    const given = this.text('limit');
    if (given === undefined) return undefined;
    if (!/^\d{1,9}$/.test(given) || Number(given) === 0)
      refuse(`the parameter limit must be a positive number (got "${given.slice(0, 20)}")`);
    if (Number(given) > most) refuse(`max entries limit per query exceeded, limit > max_entries_limit (${given} > ${most})`);
    return Number(given);
  }

  /** How logs are ordered by time; the latest come first unless somebody says otherwise. */
  direction(): 'FORWARD' | 'BACKWARD' {
    const given = (this.text('direction') ?? 'BACKWARD').toUpperCase();
    if (given === 'FORWARD' || given === 'BACKWARD') return given;
    return refuse(`the parameter direction must be FORWARD or BACKWARD (got "${given.slice(0, 20)}")`);
  }
}

function formText(type: string, body: Uint8Array): string {
  const kind = type.split(';', 1)[0]!.trim().toLowerCase();
  if (kind !== '' && kind !== 'application/x-www-form-urlencoded') refuse('a body must be a form, application/x-www-form-urlencoded');
  if (body.length > MAX_FORM) refuse(`the form is longer than ${MAX_FORM} bytes`);
  return new TextDecoder().decode(body);
}

function unixTime(text: string): number {
  if (/^\d{1,10}\.\d{0,9}$/.test(text)) return Math.ceil(Number((Number(text) * 1000).toFixed(6)));
  const unit = /^\d{1,19}$/.test(text) ? UNITS.find(([digits]) => text.length <= digits) : undefined;
  if (unit === undefined) return Number.NaN;
  const [, perSecond] = unit;
  return Number((BigInt(text) * 1000n + perSecond - 1n) / perSecond);
}
