import type { Zone } from '@skein/telemetry';
import { LalMistake, RuleError } from './lal-error.js';
import { asNumber, textOf, type Value } from './values.js';

/** Reads a local or absolute time; undefined for a text that is not written so. `zone`: of times that name none. */
export type TimeReader = (text: string, zone: Zone) => number | undefined;

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const LONGEST = 100;

/** What a text says of a time, gathered field by field. */
interface Fields {
  text: string;
  at: number;
  year: number;
  month: number;
  day: number;
  hour: number;
  /** Of `h`: 0 for am, 12 for pm. */
  half: number | undefined;
  minute: number;
  second: number;
  ms: number;
  /** Minutes east of Greenwich. */
  offset: number | undefined;
}
/** Reads one part of the text; false if it is not there. */
type Part = (fields: Fields) => boolean;

/** Compiles a pattern of Java's date formats: y M d H h m s S a E z Z X and quoted or plain signs. Throws {@link LalMistake}. */
export function compileTimeFormat(pattern: string, offset: number): TimeReader {
  if (pattern.length > LONGEST) throw new LalMistake(offset, `the time format is longer than ${LONGEST} characters`);
  const tokens = pattern.match(/'(?:[^']|'')*'|([A-Za-z])\1*|[^A-Za-z']|'/g) ?? [];
  const isNumeric = (token: string | undefined): boolean => token !== undefined && /^(?:[ydHhmsS]|M{1,2}$)/.test(token);
  const parts = tokens.map((token, i) => partOf(token, isNumeric(tokens[i + 1]), offset));
  return (text, zone) => {
    const fields: Fields = {
      text: text.trim(),
      at: 0,
      year: 1970,
      month: 1,
      day: 1,
      hour: 0,
      half: undefined,
      minute: 0,
      second: 0,
      ms: 0,
      offset: undefined,
    };
    for (const part of parts) if (!part(fields)) return undefined;
    return fields.at === fields.text.length ? timeOf(fields, zone) : undefined;
  };
}

function timeOf(f: Fields, zone: Zone): number | undefined {
  const hour = f.half === undefined ? f.hour : (f.hour % 12) + f.half;
  const date = new Date(0);
  date.setUTCFullYear(f.year, f.month - 1, f.day);
  if (date.getUTCMonth() !== f.month - 1 || date.getUTCDate() !== f.day || hour > 23 || f.minute > 59 || f.second > 60) return undefined;
  const local = date.getTime() + ((hour * 60 + f.minute) * 60 + f.second) * 1000 + f.ms;
  return f.offset === undefined ? zone.fromLocal(local) : local - f.offset * 60_000;
}

function partOf(token: string, beforeNumber: boolean, offset: number): Part {
  const count = token.length;
  const number = (set: (fields: Fields, value: number, digits: number) => void): Part =>
    digits(count, beforeNumber ? count : Math.max(count, 4), set);
  switch (token[0]) {
    case 'y':
      return number((f, n) => {
        f.year = count === 2 ? 2000 + n : n;
      });
    case 'M':
      return count > 2
        ? monthName
        : number((f, n) => {
            f.month = n;
          });
    case 'd':
      return number((f, n) => {
        f.day = n;
      });
    case 'H':
    case 'h':
      return number((f, n) => {
        f.hour = n;
      });
    case 'm':
      return number((f, n) => {
        f.minute = n;
      });
    case 's':
      return number((f, n) => {
        f.second = n;
      });
    case 'S':
      return digits(1, beforeNumber ? count : 9, (f, n, length) => {
        f.ms = Math.floor(n * 10 ** (3 - length));
      });
    case 'a':
      return halfOfDay;
    case 'E':
      return word;
    case 'z':
    case 'Z':
    case 'X':
      return zoneOffset;
    default:
      if (/^[A-Za-z]/.test(token))
        throw new LalMistake(offset, `"${token}" is not known in time formats; known: y M d H h m s S a E z Z X`);
      return literal(token.length > 1 ? token.slice(1, -1).replaceAll("''", "'") || "'" : token);
  }
}

const isDigit = (unit: number): boolean => unit >= 48 && unit <= 57;

const digits =
  (least: number, most: number, set: (fields: Fields, value: number, digits: number) => void): Part =>
  (f) => {
    let end = f.at;
    while (end < f.text.length && end - f.at < most && isDigit(f.text.charCodeAt(end))) end++;
    const length = end - f.at;
    if (length < least) return false;
    set(f, Number(f.text.slice(f.at, end)), length);
    f.at = end;
    return true;
  };

const literal =
  (sign: string): Part =>
  (f) => {
    if (!f.text.startsWith(sign, f.at)) return false;
    f.at += sign.length;
    return true;
  };

function word(f: Fields): boolean {
  const from = f.at;
  while (f.at < f.text.length && /[A-Za-z]/.test(f.text[f.at]!)) f.at++;
  return f.at > from;
}

function monthName(f: Fields): boolean {
  const from = f.at;
  if (!word(f)) return false;
  f.month = MONTHS.indexOf(f.text.slice(from, from + 3).toLowerCase()) + 1;
  return f.month > 0;
}

function halfOfDay(f: Fields): boolean {
  const half = f.text.slice(f.at, f.at + 2).toLowerCase();
  f.half = half === 'pm' ? 12 : 0;
  f.at += 2;
  return half === 'am' || half === 'pm';
}

/** `Z`, `UTC`, `GMT`, `+08`, `+0800` or `+08:00`. */
function zoneOffset(f: Fields): boolean {
  const found = /^(?:(UTC|GMT|Z)|([+-])(\d\d):?(\d\d)?)/.exec(f.text.slice(f.at, f.at + 6));
  if (found === null) return false;
  const [all, name, sign, hours, minutes] = found;
  f.offset = name !== undefined ? 0 : (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes ?? 0));
  f.at += all.length;
  return true;
}

/** A time as a number of ms since the epoch, or as a text that shows one. Throws a RuleError. */
export function instantOf(value: Value): number {
  const number = asNumber(value);
  if (number !== undefined && Number.isFinite(number)) return Math.trunc(number);
  throw new RuleError('no-time', `"${textOf(value).slice(0, 60)}" is no time in ms`);
}
