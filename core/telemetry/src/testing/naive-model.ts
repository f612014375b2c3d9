import type { EntityModel, Instant, MetricModel, MetricState, Row, Value } from '../storage/models.js';
import type { Delta, Update } from './storage-desk.js';

// Written without the helpers that storages share, from the words of the contract only: a mistake there must show here.

/** What the deltas of some minutes come to, all at once. */
export function naiveState(model: MetricModel, deltas: readonly Delta[]): MetricState | undefined {
  const states = deltas.map((one) => one.metrics.get(model)).filter((state) => state !== undefined);
  if (states.length === 0) return undefined;
  const column = (i: number): number[] => states.map((state) => state.slots[i]!);
  const slots = model.slots.map((merge, i) => {
    if (merge === 'sum') return column(i).reduce((a, b) => a + b, 0);
    if (merge === 'max') return Math.max(...column(i));
    if (merge === 'min') return Math.min(...column(i));
    const latest = Math.max(...column(i + 1));
    return Math.max(...states.filter((state) => state.slots[i + 1] === latest).map((state) => state.slots[i]!));
  });
  if (model.table === undefined) return { slots };
  const table = new Map<number | string, number[]>();
  for (const [key, sums] of states.flatMap((state) => [...(state.table ?? [])])) {
    const before = table.get(key) ?? new Array<number>(sums.length).fill(0);
    table.set(
      key,
      before.map((sum, i) => sum + sums[i]!),
    );
  }
  return { slots, table };
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
