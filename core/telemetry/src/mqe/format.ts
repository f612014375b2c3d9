/**
 * A number as MQE answers it: at most 3 fraction digits, half-even on the exact binary value, no grouping, no trailing zeros.
 * `NaN` and `∞` are possible texts. Source: query.md 4.2.
 */
export function formatNumber(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? '∞' : '-∞';
  if (Number.isInteger(value)) return Math.abs(value) < 1e21 ? String(value) : BigInt(value).toString();
  const text = isTie(value) ? halfEven(value) : value.toFixed(3);
  return text.replace(/\.?0+$/, '').replace(/^-0$/, '0');
}

// Only odd sixteenths lie exactly between two thousandths; everything else toFixed rounds by the exact value.
const isTie = (value: number): boolean => Number.isInteger(value * 16) && !Number.isInteger(value * 8);

function halfEven(value: number): string {
  const below = Math.floor(value * 1000);
  return ((below % 2 === 0 ? below : below + 1) / 1000).toFixed(3);
}
