import type { MetricState, Row, Value } from '@skein/telemetry/storage';

/** Rough costs of the engine in bytes: they bound memory, they do not account for it. */
const ROW = 160;
const FIELD = 16;
const STATE = 120;
const TABLE_KEY = 72;

function weighValue(value: Value | undefined): number {
  if (typeof value === 'string') return value.length * 2 + 24;
  if (value instanceof Uint8Array) return value.byteLength + 120;
  if (Array.isArray(value)) return value.reduce((sum: number, text: string) => sum + text.length * 2 + 24, 32);
  return 8;
}

/** Roughly the bytes that a row holds in memory. */
export function weighRow(row: Row): number {
  let bytes = ROW;
  for (const name of Object.keys(row)) bytes += FIELD + weighValue(row[name]);
  return bytes;
}

/** Roughly the bytes that a state holds in memory. */
export const weighState = (state: MetricState): number => STATE + state.slots.length * 8 + (state.table?.size ?? 0) * TABLE_KEY;
