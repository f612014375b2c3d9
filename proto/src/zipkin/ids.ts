const DIGITS = '0123456789abcdef';
const ZEROS = '0'.repeat(32);
const SHORT = 16;
const LONG = 32;

const isDigit = (unit: number): boolean => (unit >= 0x30 && unit <= 0x39) || (unit >= 0x61 && unit <= 0x66);

function isHex(text: string): boolean {
  for (let i = 0; i < text.length; i++) if (!isDigit(text.charCodeAt(i))) return false;
  return true;
}

/** Hex text of 1 to `most` digits in lower case; undefined for anything else. */
function hex(text: string, most: number): string | undefined {
  if (text.length === 0 || text.length > most) return undefined;
  if (isHex(text)) return text;
  const lower = text.toLowerCase();
  return lower.length === text.length && isHex(lower) ? lower : undefined;
}

const padded = (digits: string, length: number): string => (digits.length === length ? digits : digits.padStart(length, '0'));

/** A trace id of 16 or 32 digits: shorter ones are padded, and 16 leading zeros of 32 go. undefined: not hex, too long, or all zero. */
export function traceIdOf(text: string): string | undefined {
  const digits = hex(text, LONG);
  if (digits === undefined) return undefined;
  const full = digits.length > SHORT ? padded(digits, LONG) : padded(digits, SHORT);
  const id = full.length === LONG && full.startsWith(ZEROS.slice(0, SHORT)) ? full.slice(SHORT) : full;
  return id === ZEROS.slice(0, SHORT) ? undefined : id;
}

/** A span id of 16 digits. undefined: not hex, too long, or all zero. */
export function spanIdOf(text: string): string | undefined {
  const digits = hex(text, SHORT);
  if (digits === undefined) return undefined;
  const id = padded(digits, SHORT);
  return id === ZEROS.slice(0, SHORT) ? undefined : id;
}

/** `''` for an id of zeros, which means none; undefined for what is no id. */
export function parentIdOf(text: string): string | undefined {
  const digits = hex(text, SHORT);
  if (digits === undefined) return undefined;
  return spanIdOf(digits) ?? '';
}

/** Lower-case hex text of some bytes. */
export function hexOfBytes(bytes: Uint8Array, from: number, to: number): string {
  let text = '';
  for (let i = from; i < to; i++) text += DIGITS[bytes[i]! >> 4]! + DIGITS[bytes[i]! & 15]!;
  return text;
}
