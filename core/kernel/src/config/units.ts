import Type, { type TUnsafe } from 'typebox';

/** Which unit a setting is in; kept in the schema under the key `unit`. */
export type Unit = 'bytes' | 'milliseconds';

/** Options of {@link ByteSize} and {@link Duration}; bounds are inclusive. A bound or default is a number or a text with units. */
export interface UnitOptions {
  readonly default?: number | string;
  readonly description?: string;
  readonly minimum?: number | string;
  readonly maximum?: number | string;
}

const BYTES: Readonly<Record<string, number>> = {
  B: 1,
  kB: 1e3,
  KB: 1e3,
  MB: 1e6,
  GB: 1e9,
  TB: 1e12,
  KiB: 2 ** 10,
  MiB: 2 ** 20,
  GiB: 2 ** 30,
  TiB: 2 ** 40,
};
const MILLISECONDS: Readonly<Record<string, number>> = { ms: 1, s: 1e3, m: 6e4, h: 3.6e6, d: 8.64e7, w: 6.048e8 };

const BYTES_PATTERN = '^\\d+(\\.\\d+)?\\s*(B|[kK]B|KiB|MB|MiB|GB|GiB|TB|TiB)?$';
const MILLISECONDS_PATTERN = '^(\\d+|(\\d+(\\.\\d+)?(ms|s|m|h|d|w)\\s*)+)$';

/** Reads `512MiB`, `20GiB`, `64KB`, `1.5 GB` or a bare number of bytes; undefined when it is none of these or passes 2^53. */
export function parseByteSize(text: string): number | undefined {
  const match = /^(\d{1,16}(?:\.\d{1,6})?)\s*([a-zA-Z]*)$/.exec(text.trim());
  const factor = match?.[2] === '' ? 1 : ownNumber(BYTES, match?.[2]);
  return match && factor !== undefined ? whole(Number(match[1]) * factor) : undefined;
}

/** Reads `3d`, `10s`, `100ms`, `1h30m` or a bare number of milliseconds; undefined when it is none of these or passes 2^53. */
export function parseDuration(text: string): number | undefined {
  const compact = text.trim();
  if (compact.length > 60) return undefined;
  if (/^\d{1,16}$/.test(compact)) return whole(Number(compact));
  if (!/^(?:\d{1,16}(?:\.\d{1,6})?(?:ms|s|m|h|d|w)\s*)+$/.test(compact)) return undefined;
  let sum = 0;
  for (const [, amount, unit] of compact.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h|d|w)/g)) sum += Number(amount) * MILLISECONDS[unit!]!;
  return whole(sum);
}

export const parseUnit = (unit: Unit, text: string): number | undefined => (unit === 'bytes' ? parseByteSize(text) : parseDuration(text));

/** True for a text that reads as an amount, also when its number is larger than {@link parseUnit} takes. */
export const isUnitText = (unit: Unit, text: string): boolean =>
  text.length <= 60 && new RegExp(unit === 'bytes' ? BYTES_PATTERN : MILLISECONDS_PATTERN).test(text.trim());

/** The largest amount that can be written, in a round unit. */
export const LARGEST: Readonly<Record<Unit, number>> = { bytes: 8191 * 2 ** 40, milliseconds: 104_249_991 * 8.64e7 };

/** The shortest exact text of a value: `512MiB`, `90m`; the number itself with its smallest unit when nothing larger divides it. */
export function formatUnit(unit: Unit, value: number): string {
  if (!Number.isSafeInteger(value) || value <= 0) return unit === 'bytes' ? `${value}B` : `${value}ms`;
  const table = unit === 'bytes' ? BYTES : MILLISECONDS;
  let best = '';
  for (const [name, factor] of Object.entries(table)) {
    if (value % factor !== 0 || name === 'kB' || name === 'w') continue;
    const text = `${value / factor}${name}`;
    if (best === '' || text.length < best.length || (text.length === best.length && name.length > 2)) best = text;
  }
  return best;
}

/**
 * A setting in bytes. Written as a number or with a unit: `64KB` is 64 000, `64KiB` is 65 536 (B, kB, MB, GB, TB; KiB, MiB, GiB, TiB).
 * A module sees the number of bytes.
 */
export const ByteSize = (options: UnitOptions = {}): TUnsafe<number> => unitSchema('bytes', BYTES_PATTERN, ['512MiB', '20GB'], options);

/** A setting in milliseconds. Written as a number or with units: `3d`, `10s`, `100ms`, `1h30m`. A module sees the number of milliseconds. */
export const Duration = (options: UnitOptions = {}): TUnsafe<number> =>
  unitSchema('milliseconds', MILLISECONDS_PATTERN, ['100ms', '1h30m'], options);

function unitSchema(unit: Unit, pattern: string, examples: readonly string[], options: UnitOptions): TUnsafe<number> {
  const minimum = bound(unit, options.minimum) ?? 0;
  const maximum = bound(unit, options.maximum);
  if (options.default !== undefined) bound(unit, options.default);
  return Type.Unsafe<number>({
    anyOf: [
      { type: 'integer', minimum, ...(maximum === undefined ? {} : { maximum }) },
      { type: 'string', pattern },
    ],
    unit,
    examples: [...examples],
    ...(options.default === undefined ? {} : { default: options.default }),
    ...(options.description === undefined ? {} : { description: options.description }),
  });
}

/** A bound that a module's author wrote; a mistake is the author's, so it throws. */
function bound(unit: Unit, value: number | string | undefined): number | undefined {
  if (value === undefined || typeof value === 'number') return value;
  const number = parseUnit(unit, value);
  if (number === undefined) throw new TypeError(`${JSON.stringify(value)} is no ${unit === 'bytes' ? 'size' : 'duration'}`);
  return number;
}

const ownNumber = (table: Readonly<Record<string, number>>, key: string | undefined): number | undefined =>
  key !== undefined && Object.hasOwn(table, key) ? table[key] : undefined;

function whole(value: number): number | undefined {
  const rounded = Math.round(value);
  return Number.isSafeInteger(rounded) ? rounded : undefined;
}
