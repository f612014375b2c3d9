import type { EntityModel, Instant, MetricModel, MetricState, Row, Value } from '../storage/models.js';
import type { Delta, Update } from './storage-desk.js';

// Written without the helpers that storages share, from the words of the contract only: a mistake there must show here.

/** What the deltas of some minutes come to, all at once. */
export function naiveState(model: MetricModel, deltas: readonly Delta[]): MetricState | undefined {
  const states = deltas.map((one) => one.metrics.get(model)).filter((state) => state !== undefined);
  if (states.length === 0) return undefined;
  const slots = naiveNumbers(
    model.slots,
    states.map((state) => state.slots),
  );
  const { table: shape } = model;
  if (shape === undefined) return { slots };
  const rows = new Map<number | string, ArrayLike<number>[]>();
  for (const [key, row] of states.flatMap((state) => [...(state.table ?? [])])) rows.set(key, [...(rows.get(key) ?? []), row]);
  const merges = shape.merge ?? new Array<'sum'>(shape.width).fill('sum');
  return { slots, table: new Map([...rows].map(([key, all]) => [key, naiveNumbers(merges, all)])) };
}

/** What rows of numbers come to, column by column. */
function naiveNumbers(merges: MetricModel['slots'], rows: readonly ArrayLike<number>[]): number[] {
  const column = (i: number): number[] => rows.map((row) => row[i]!);
  return merges.map((merge, i) => {
    if (merge === 'sum') return column(i).reduce((a, b) => a + b, 0);
    if (merge === 'max') return Math.max(...column(i));
    if (merge === 'min') return Math.min(...column(i));
    const latest = Math.max(...column(i + 1));
    return Math.max(...rows.filter((row) => row[i + 1] === latest).map((row) => row[i]!));
  });
}

/** Deltas of one entity in [from, to). */
export const deltasOf = (deltas: readonly Delta[], entity: string, from: Instant, to: Instant): Delta[] =>
  deltas.filter((one) => one.entity === entity && one.minute >= from && one.minute < to);

/** What updates of one entity come to. Of one type only: numbers, booleans, texts. */
export function naiveEntity(model: EntityModel, id: string, updates: readonly Update[]): Row | undefined {
  const own = updates.filter((update) => update.id === id);
  if (own.length === 0) return undefined;
  const row: Record<string, Value> = { id };
  for (const [name, { merge }] of Object.entries(model.fields)) {
    const written = own.filter((update) => update.row[name] !== undefined).map(({ at, row }) => ({ at, value: row[name]! }));
    if (written.length > 0) row[name] = naiveField(merge, written);
  }
  return row;
}

function naiveField(merge: EntityModel['fields'][string]['merge'], written: readonly { at: Instant; value: Value }[]): Value {
  if (merge === 'union') return [...new Set(written.flatMap(({ value }) => value as readonly string[]))].sort();
  const byValue = written.map(({ value }) => value).sort((a, b) => (a! < b! ? -1 : Number(a! > b!)));
  if (merge === 'min') return byValue[0]!;
  if (merge === 'max') return byValue.at(-1)!;
  const times = written.map(({ at }) => at);
  const deciding = merge === 'first' ? Math.min(...times) : Math.max(...times);
  const candidates = byValue.filter((value) => written.some((one) => one.at === deciding && one.value === value));
  return (merge === 'first' ? candidates[0] : candidates.at(-1))!;
}
