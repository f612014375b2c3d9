import type { KeyedSums } from '../storage/models.js';
import { NumberTable } from '../storage/number-table.js';
import type { MetricFunction, MetricParameter } from './function.js';
import { PERCENTILE_RANKS, percentilesOf } from './percentile.js';

/** Distinct buckets of a percentile in one minute; 8192 buckets of 10 ms reach beyond 80 s when every one is in use. */
const PERCENTILE_KEYS = 8192;
const LABEL_KEYS = 50;
const NO_TABLE: KeyedSums = new NumberTable();
/** What `newTable` makes of tables by label. */
type LabelTable = Map<number | string, number[]>;

/** The sums of a label, made when it is new and fits; undefined when the table is full. */
function sumsOf(table: LabelTable, key: string, width: 1 | 2, maxKeys: number): number[] | undefined {
  const found = table.get(key);
  if (found !== undefined || table.size >= maxKeys) return found;
  const sums = width === 1 ? [0] : [0, 0];
  table.set(key, sums);
  return sums;
}

const percentileParameter: MetricParameter = { kind: 'int', minimum: 1, maximum: 1_000_000 };

const percentile = (name: string, ranks: readonly number[]): Omit<MetricFunction, 'kind'> => ({
  name,
  valueInput: 'long',
  parameters: [percentileParameter],
  start: [],
  model: () => ({ slots: [], table: { key: 'int', width: 1, maxKeys: PERCENTILE_KEYS } }),
  step: ([precision = 1]) => {
    return (_slots, _offset, table, value) => (table as NumberTable).add(Math.trunc(value / precision), 1, PERCENTILE_KEYS);
  },
  ...(ranks.length === 1
    ? {
        value:
          ([precision = 1]) =>
          ({ table }) =>
            percentilesOf(table ?? NO_TABLE, precision, ranks)[0],
      }
    : {
        labels: ([precision = 1]) => {
          return ({ table }) => new Map(percentilesOf(table ?? NO_TABLE, precision, ranks).map((v, i) => [`{p=${ranks[i]}}`, v]));
        },
        label: ([precision = 1], label) => {
          const rank = Number(/^\{p=(\d{1,2})\}$/.exec(label)?.[1] ?? Number.NaN);
          return ({ table }) => (Number.isNaN(rank) ? undefined : percentilesOf(table ?? NO_TABLE, precision, [rank])[0]);
        },
      }),
});

/** Tables of `input / precision` to count. The five ranks under one name, and as 6.x had them, one name for each. */
export const percentiles: readonly MetricFunction[] = [
  { ...percentile('percentile2', PERCENTILE_RANKS), kind: 'labeled' },
  { ...percentile('percentile', PERCENTILE_RANKS), kind: 'labeled' },
  ...PERCENTILE_RANKS.map((rank): MetricFunction => ({ ...percentile(`p${rank}`, [rank]), kind: 'regular' })),
];

const histogram = (name: string): MetricFunction => ({
  name,
  valueInput: 'long',
  kind: 'heatmap',
  parameters: [
    { kind: 'int', minimum: 1, maximum: 1_000_000_000 },
    { kind: 'int', minimum: 1, maximum: 1000 },
  ],
  start: [],
  model: ([_step, max = 1]) => ({ slots: [], table: { key: 'int', width: 1, maxKeys: max + 1 } }),
  step: ([step = 1, max = 1]) => {
    return (_slots, _offset, table, value) => {
      const counts = table as NumberTable;
      if (counts.size === 0) for (let i = 0; i <= max; i++) counts.add(i * step, 0, max + 1);
      // A negative input, from clocks that disagree, belongs to the lowest bucket: there is no other that a heatmap could show.
      const index = Math.min(Math.max(Math.trunc(value / step), 0), max);
      return counts.add(index * step, 1, max + 1);
    };
  },
  labels: () => (state) => {
    const entries = [...(state.table ?? NO_TABLE)].sort(([a], [b]) => Number(a) - Number(b));
    return new Map(entries.map(([key, counts]) => [String(key), counts[0] ?? 0]));
  },
});

/** Tables of lower bound to count, all `max + 1` bounds from the first input on. The last bucket is open above. */
export const histograms: readonly MetricFunction[] = [histogram('histogram'), histogram('thermodynamic')];

/** Reads all labels, or one of them, by what the sums of a label come to. */
const labelReaders = (valueFrom: (sums: ArrayLike<number>) => number): Pick<MetricFunction, 'labels' | 'label'> => ({
  labels: () => (state) => new Map([...(state.table ?? NO_TABLE)].map(([label, sums]) => [`{n=${label}}`, valueFrom(sums)])),
  label: (_args, label) => {
    const name = /^\{n=(.*)\}$/s.exec(label)?.[1];
    return ({ table }) => {
      const sums = name === undefined ? undefined : table?.get(name);
      return sums && valueFrom(sums);
    };
  },
});

/** A small average is at least 1, so that it shows. */
function labelAverage(sums: ArrayLike<number>): number {
  const [sum = 0, count = 0] = [sums[0], sums[1]];
  const average = count === 0 ? 0 : Math.trunc(sum / count);
  return average === 0 && sum > 0 ? 1 : average;
}

/** Tables of label to sums. At most `limit` labels in one minute: an input of a further one is left out. */
export const labelled: readonly MetricFunction[] = [
  {
    name: 'labelCount',
    valueInput: 'none',
    kind: 'labeled',
    parameters: [{ kind: 'string-attribute' }, { kind: 'int', minimum: 1, maximum: 1000, default: LABEL_KEYS }],
    start: [],
    model: ([limit = LABEL_KEYS]) => ({ slots: [], table: { key: 'string', width: 1, maxKeys: limit } }),
    step: ([limit = LABEL_KEYS]) => {
      return (_slots, _offset, table, _value, _first, _second, label = '') => {
        const sums = sumsOf(table as LabelTable, label, 1, limit);
        if (sums === undefined) return false;
        sums[0]! += 1;
        return true;
      };
    },
    ...labelReaders((sums) => sums[0] ?? 0),
  },
  {
    name: 'labelAvg',
    valueInput: 'none',
    kind: 'labeled',
    parameters: [{ kind: 'string-attribute' }, { kind: 'number-attribute' }],
    start: [],
    model: () => ({ slots: [], table: { key: 'string', width: 2, maxKeys: LABEL_KEYS } }),
    step:
      () =>
      (_slots, _offset, table, value, _first, _second, label = '') => {
        const sums = sumsOf(table as LabelTable, label, 2, LABEL_KEYS);
        if (sums === undefined) return false;
        sums[0]! += value;
        sums[1]! += 1;
        return true;
      },
    ...labelReaders(labelAverage),
  },
];
