/**
 * A floating-point number as Java prints it: `10.0`, `0.5`, `1.0E7`, `-Infinity`. Bounds of buckets are labels of this form, which rules and the
 * names of series in storage are made of. Source: the text of `Double.toString` (JDK 19 and later: the shortest that is exact).
 */
export function javaNumber(value: number): string {
  if (!Number.isFinite(value) || value === 0) return Object.is(value, -0) ? '-0.0' : value === 0 ? '0.0' : String(value);
  const magnitude = Math.abs(value);
  if (magnitude >= 1e-3 && magnitude < 1e7) return withFraction(String(value));
  const [digits = '', exponent = ''] = value.toExponential().split('e');
  return `${withFraction(digits)}E${exponent.replace('+', '')}`;
}

const withFraction = (digits: string): string => (digits.includes('.') ? digits : `${digits}.0`);
