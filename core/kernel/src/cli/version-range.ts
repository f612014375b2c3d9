type Version = readonly [number, number, number];

/**
 * Whether a version lies in an npm range of the plain kind: `1.2.3`, `^1.2.3`, `~1.2`, `>=1.2`, `<2`, `1.x`, `*`, several of them with a
 * space between (all must hold) or `||` (one must). A range that is none of these holds for nothing.
 */
export function inRange(version: string, range: string): boolean {
  const number = parse(version);
  return number !== undefined && range.split('||').some((part) => comparators(part).every((one) => holds(number, one)));
}

const comparators = (part: string): readonly string[] =>
  part
    .trim()
    .replace(/([<>=^~])\s+/g, '$1')
    .split(/\s+/);

function holds(version: Version, comparator: string): boolean {
  const match = /^(\^|~|>=|<=|>|<|=)?v?(\d+|[x*])?(?:\.(\d+|[x*]))?(?:\.(\d+|[x*]))?$/i.exec(comparator);
  if (match === null) return false;
  const [, operator = '', ...parts] = match;
  const given = parts.filter((p) => p !== undefined && /\d/.test(p)).map(Number);
  const low: Version = [given[0] ?? 0, given[1] ?? 0, given[2] ?? 0];
  switch (operator) {
    case '>=':
      return compare(version, low) >= 0;
    case '<':
      return compare(version, low) < 0;
    case '>':
      return compare(version, given.length === 3 ? low : after(low, given.length)) >= (given.length === 3 ? 1 : 0);
    case '<=':
      return given.length === 3 ? compare(version, low) <= 0 : compare(version, after(low, given.length)) < 0;
    case '^':
      return compare(version, low) >= 0 && compare(version, after(low, caretPart(low, given.length))) < 0;
    case '~':
      return compare(version, low) >= 0 && compare(version, after(low, Math.min(2, given.length))) < 0;
    default:
      return given.length === 0 || (compare(version, low) >= 0 && compare(version, after(low, given.length)) < 0);
  }
}

/** Which part a caret lets grow no further: the first that is not zero. */
function caretPart(low: Version, given: number): number {
  const first = low.findIndex((n) => n > 0);
  return Math.min(first < 0 ? 3 : first + 1, given);
}

/** The first version whose leading `parts` numbers are larger. */
function after([major, minor, patch]: Version, parts: number): Version {
  if (parts <= 0) return [Number.MAX_SAFE_INTEGER, 0, 0];
  if (parts === 1) return [major + 1, 0, 0];
  return parts === 2 ? [major, minor + 1, 0] : [major, minor, patch + 1];
}

const compare = (a: Version, b: Version): number => a[0] - b[0] || a[1] - b[1] || a[2] - b[2];

function parse(version: string): Version | undefined {
  const match = /^v?(\d+)\.(\d+)\.(\d+)/.exec(version);
  return match === null ? undefined : [Number(match[1]), Number(match[2]), Number(match[3])];
}
