import type { MetricModel, MetricState, Row } from '../storage/models.js';
import { CHECK_METRICS, CheckEntity, CheckRecord } from './check-models.js';
import type { Random } from './random.js';
import { type Content, type Delta, delta, entityUpdate, type Update } from './storage-desk.js';

const MINUTE = 60_000;
/** No random content is earlier, nor later than three hours after it. Midnight is in between. */
export const RANDOM_START = Date.UTC(2024, 4, 14, 22, 0);
/** The ids that random content is about. */
export const RANDOM_ENTITIES = ['e1', 'e2', '__proto__'] as const;

/** A state of the model that one minute could have; whole numbers, so that sums are exact in any order. */
export function randomState(random: Random, model: MetricModel): MetricState {
  const numbers = (merges: MetricModel['slots'], sum: () => number): number[] =>
    merges.map((merge, i) => {
      if (merge === 'sum') return sum();
      // Few times, so that values often meet others of the same time.
      return merges[i - 1] === 'last' ? random.below(3) : random.below(2000) - 1000;
    });
  const state = numbers(model.slots, () => random.below(1000));
  if (model.table === undefined) return { slots: state };
  const key = (): number | string =>
    model.table!.key === 'int' ? random.below(30) - 5 : random.pick(['a', 'b', '__proto__', 'ключ', 'x,y|z', '']);
  const merges = model.table.merge ?? new Array<'sum'>(model.table.width).fill('sum');
  const sums = (): number[] => numbers(merges, () => 1 + random.below(100));
  return { slots: state, table: new Map(Array.from({ length: 1 + random.below(5) }, () => [key(), sums()] as const)) };
}

/** Deltas of a few entities over a few hours that cross midnight. */
export function randomDeltas(random: Random, count: number): Delta[] {
  return Array.from({ length: count }, () => {
    const metrics = CHECK_METRICS.filter(() => random.below(3) > 0).map((model) => [model, randomState(random, model)] as const);
    return delta(random.pick(RANDOM_ENTITIES), RANDOM_START + random.below(8) * 23 * MINUTE, metrics);
  });
}

/** An update of one of a few entities, with some of the fields of CheckEntity. */
export function randomUpdate(random: Random): Update {
  const values: Row = {
    name: random.pick(['n1', 'n2', 'имя']),
    service: random.pick(['s1', 's2']),
    normal: random.pick([true, false]),
    note: random.pick(['x', 'y', 'z', '']),
    level: random.below(5) - 2,
    low: random.below(100) - 50,
    high: random.below(100) / 4 - 10,
    firstSeen: RANDOM_START + random.below(100),
    layers: [random.pick(['GENERAL', 'MESH', 'K8S', '__proto__']), random.pick(['GENERAL', 'DATABASE'])],
  };
  const row = Object.fromEntries(Object.entries(values).filter(() => random.below(3) > 0));
  return entityUpdate(CheckEntity, random.pick(RANDOM_ENTITIES), RANDOM_START + random.below(6) * MINUTE, row);
}

/** A record of one of a hundred ids, with some of the fields of CheckRecord: rows of one id are equal. */
export function randomRecord(random: Random): Row {
  const n = random.below(100);
  const body = Uint8Array.from({ length: n * 10 }, (_, i) => (i * n) % 256);
  return {
    recordId: `r${n}`,
    group: `g${n % 7}`,
    time: RANDOM_START + n * MINUTE,
    service: `s${n % 3}`,
    size: (n - 50) * 1_000_003,
    tags: [`n=${n % 5}`, 'all=1'],
    ...(n % 2 === 0 ? { text: `text ${n} 🪿`, failed: n % 4 === 0 } : { data: body }),
  };
}

/** The content of a commit: a few rows of each kind, and a document that counts commits. */
export function randomContent(random: Random, number: number): Required<Content> {
  const some = <T>(make: () => T): T[] => Array.from({ length: random.below(6) }, make);
  return {
    records: [{ model: CheckRecord, rows: some(() => randomRecord(random)) }],
    entities: some(() => randomUpdate(random)),
    deltas: randomDeltas(random, random.below(6)),
    documents: [{ kind: 'random', id: 'last', value: { number } }],
  };
}
