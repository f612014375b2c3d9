import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  type Expression,
  ExpressionError,
  type ExpressionReader,
  type ExpressionResult,
  execute,
  formatNumber,
  MAX_EXPRESSION_DEPTH,
  parseExpression,
  printExpression,
  type StoredSeries,
} from './index.js';

const STEPS = [60_000, 120_000, 180_000];
const NO_LABELS = new Map<string, string>();
const p = (rank: string, ...values: (number | undefined)[]): StoredSeries => ({ labels: new Map([['p', rank]]), values });
const nk = (n: string, k: string, ...values: (number | undefined)[]): StoredSeries => ({
  // Deliberately not in order: results must be sorted by key.
  labels: new Map([
    ['n', n],
    ['k', k],
  ]),
  values,
});

/** Values from two steps before the range on: [-2, -1, 0, 1, 2]. */
const REGULAR: Record<string, readonly (number | undefined)[]> = {
  cpm: [1, 4, 10, undefined, 30],
  sla: [10000, 10000, 9950, undefined, 8000],
  empty: [undefined, undefined, undefined, undefined, undefined],
  zero: [0, 0, 0, 0, 0],
};
const LABELED: Record<string, readonly StoredSeries[]> = {
  pct: [p('90', 9, 9, 90, 91, undefined), p('50', 5, 5, 50, undefined, undefined)],
  other: [p('50', 1, 1, 1, 2, 3), p('99', 1, 1, 1, 1, 1)],
  multi: [nk('b', 'x', 0, 0, 1, 2, 3), nk('a', 'y', 0, 0, 10, undefined, 30), nk('a', 'x', 0, 0, 5, 6, 7)],
  none: [],
};
const TOP: Record<string, readonly { id: string; value: number }[]> = {
  cpm: [
    { id: 'b', value: 30 },
    { id: 'a', value: 10 },
  ],
  sla: [{ id: 'c', value: 20 }],
  statements: [{ id: 'select 1', value: 200 }],
};

const reader: ExpressionReader = {
  kind: (name) =>
    name === 'statements'
      ? 'record'
      : name === 'heat'
        ? 'heatmap'
        : name in REGULAR || name === 'misfit'
          ? 'regular'
          : name in LABELED || name === 'misfit_labeled'
            ? 'labeled'
            : undefined,
  steps: STEPS,
  stepSeconds: 60,
  series: async (metric, before) => {
    const cut = (values: StoredSeries['values']) => values.slice(2 - before);
    if (metric in REGULAR) return [{ labels: NO_LABELS, values: cut(REGULAR[metric]!) }];
    return LABELED[metric]?.map((s) => ({ labels: s.labels, values: cut(s.values) }));
  },
  top: async (metric, { count, order, attributes }) => {
    if (attributes.some((a) => a.name !== 'attr0')) throw new ExpressionError(`no ${attributes[0]?.name} in ${metric}`);
    const sign = order === 'asc' ? 1 : -1;
    return [...(TOP[metric] ?? [])].sort((a, b) => sign * (a.value - b.value)).slice(0, count);
  },
};

/** `type` and a line per result: `{labels} v v v`; `-` is empty. */
const show = (r: ExpressionResult): string[] => [
  r.type,
  ...r.results.map((s) =>
    [
      ...(s.labels.length > 0 ? [s.labels.map((l) => `${l.key}=${l.value}`).join(',')] : []),
      ...s.points.map((x) => (x.value === null ? '-' : formatNumber(x.value))),
    ].join(' '),
  ),
  ...(r.error === undefined ? [] : [`! ${r.error}`]),
];
const SINGLE = 'SINGLE_VALUE';
const SERIES = 'TIME_SERIES_VALUES';

describe('MQE', () => {
  it.each<[text: string, ...expected: string[]]>([
    ['5', SINGLE, '5'],
    ['1.5', SINGLE, '1.5'],
    [' ( 0 - 5 )\n', SINGLE, '-5'],
    ['cpm', SERIES, '10 - 30'],
    ['pct', SERIES, 'p=50 50 - -', 'p=90 90 91 -'],
    ["pct{p='90,95'}", SERIES, 'p=90 90 91 -'],
    ["pct{p='7'}", SERIES],
    ['none', SERIES],
    ['multi{n=\'a,b\', k="x"}', SERIES, 'k=x,n=a 5 6 7', 'k=x,n=b 1 2 3'],
    ['misfit', 'UNKNOWN'],
    ['misfit_labeled', SERIES],
    ['heat', 'UNKNOWN'],
    // Aggregations
    ['avg(cpm)', SINGLE, '20'],
    ['sum(cpm)', SINGLE, '40'],
    ['max(cpm)', SINGLE, '30'],
    ['min(cpm)', SINGLE, '10'],
    ['count(cpm)', SINGLE, '2'],
    ['latest(cpm)', SINGLE, '30'],
    ['avg(empty)', SINGLE, '-'],
    ['sum(empty)', SINGLE, '0'],
    ['count(empty)', SINGLE, '0'],
    ['max(empty)', SINGLE, '-'],
    ['avg(pct)', SINGLE, 'p=50 50', 'p=90 90.5'],
    ['avg(misfit)', SINGLE],
    ['latest(5)', 'UNKNOWN', '! LATEST can only be used in time series result.'],
    ['latest(top_n(cpm,1,des))', 'UNKNOWN', '! LATEST can only be used in time series result.'],
    // Arithmetic
    ['1+2*3', SINGLE, '7'],
    ['(1+2)*3', SINGLE, '9'],
    ['7-2-1', SINGLE, '4'],
    ['7%4', SINGLE, '3'],
    ['1/0', SINGLE, '∞'],
    ['0/0', SINGLE, 'NaN'],
    ['5%0', SINGLE, 'NaN'],
    ['1/3', SINGLE, '0.333'],
    ['cpm/100', SERIES, '0.1 - 0.3'],
    ['100-cpm', SERIES, '90 - 70'],
    ['cpm+sla', SERIES, '9960 - 8030'],
    ['cpm/zero', SERIES, '∞ - ∞'],
    ['avg(empty)+1', SINGLE, '-'],
    ['avg(empty)+cpm', SERIES, '10 - 30'],
    ['pct/10', SERIES, 'p=50 5 - -', 'p=90 9 9.1 -'],
    ['pct+other', SERIES, 'p=50 51 - -', 'p=90 - - -'],
    ['pct+cpm', SERIES, 'p=50 60 - -', 'p=90 100 - -'],
    ['cpm-pct', SERIES, 'p=50 -40 - -', 'p=90 -80 - -'],
    ['avg(pct)+avg(other)', SINGLE, 'p=50 52', 'p=90 -'],
    ['avg(pct)*2', SINGLE, 'p=50 100', 'p=90 181'],
    ['top_n(cpm,2,asc)/10', 'SORTED_LIST', '1 3'],
    ['none+1', SERIES],
    ['misfit+1', 'UNKNOWN', '! Unsupported binary operation: UNKNOWN + SINGLE_VALUE'],
    ['avg(misfit)/100', 'UNKNOWN', '! Unsupported binary operation: SINGLE_VALUE / SINGLE_VALUE'],
    ['top_n(cpm,1,des)+top_n(cpm,1,des)', 'UNKNOWN', '! Unsupported binary operation: SORTED_LIST + SORTED_LIST'],
    ['top_n(cpm,1,des)*cpm', 'UNKNOWN', '! Unsupported binary operation: SORTED_LIST * TIME_SERIES_VALUES'],
    // Comparison and logic
    ['cpm > 10', SERIES, '0 - 1'],
    ['cpm >= bool 10', SERIES, '1 - 1'],
    ['1 == 1', SINGLE, '1'],
    ['1 != 1', SINGLE, '0'],
    ['misfit < 1', 'UNKNOWN', '! Unsupported compare operation: UNKNOWN < SINGLE_VALUE'],
    ['(cpm + 1) > 2 && (sla/100) > 95', SERIES, '1 - 0'],
    ['1 > 2 || 2 > 1', SINGLE, '1'],
    ['cpm && cpm > 1', 'UNKNOWN', '! Bool Operation: The result of the left expression is not a compare result.'],
    ['cpm > 1 && cpm', 'UNKNOWN', '! Bool Operation: The result of the right expression is not a compare result.'],
    ['(avg(sla) < 9500) * (avg(cpm) > 1) == 1', SINGLE, '1'],
    // Rounding
    ['abs(0-cpm)', SERIES, '10 - 30'],
    ['ceil(1.2)', SINGLE, '2'],
    ['floor(1.8)', SINGLE, '1'],
    ['round(1.005,2)', SINGLE, '1.01'],
    ['round(cpm/7,1)', SERIES, '1.4 - 4.3'],
    // Trends
    ['increase(cpm,1)', SERIES, '6 - -'],
    ['increase(cpm,2)', SERIES, '9 - 20'],
    ['rate(cpm,2)', SERIES, '0.075 - 0.167'],
    ['increase(pct,1)', SERIES, 'p=50 45 - -', 'p=90 81 1 -'],
    ['increase(cpm,0)', 'UNKNOWN', '! The trend range must be greater than 0.'],
    ['increase(misfit,1)', 'UNKNOWN', '! increase can only be used on a time series.'],
    ['rate(nope,1)', 'UNKNOWN', '! Metric: [nope] does not exist.'],
    // Lists
    ['top_n(cpm,1,DES)', 'SORTED_LIST', '30'],
    ["top_n(cpm,3,asc,attr0='GENERAL',attr0!='MESH')", 'SORTED_LIST', '10 30'],
    ["top_n(cpm,3,asc,attr2='x')", 'UNKNOWN', '! no attr2 in cpm'],
    ['top_n(statements,20,des)', 'RECORD_LIST', '200'],
    ['top_n(empty,5,des)', 'SORTED_LIST', ''],
    ['top_n(cpm,0,des)', 'UNKNOWN', '! TopN value must be > 0.'],
    ['top_n(nope,1,des)', 'UNKNOWN', '! Metric: [nope] does not exist.'],
    ["top_n(pct{p='50'},3,des)", SERIES, 'p=50 50 - -'],
    ['top_n_of(top_n(cpm,2,des),top_n(sla,2,des),2,des)', 'SORTED_LIST', '30 20'],
    ['top_n_of(top_n(cpm,0,des),top_n(nope,2,des),2,des)', 'UNKNOWN', '! TopN value must be > 0.'],
    [
      'top_n_of(top_n(cpm,2,des),top_n(statements,2,des),2,des)',
      'UNKNOWN',
      '! top_n_of can only merge lists of one type, sorted or record.',
    ],
    // Labels
    ["relabels(pct{p='50,90'},p='50,75,90',percentile='P50,P75,P90')", SERIES, 'percentile=P50 50 - -', 'percentile=P90 90 91 -'],
    ["relabels(pct,p='90',q='x')", SERIES, 'p=50 50 - -', 'q=x 90 91 -'],
    ["relabels(none,p='1',p='2')", SERIES],
    ["relabels(cpm,p='1',p='2')", SERIES, '10 - 30', '! The result of expression [cpm] is not a labeled result.'],
    ["relabels(nope,p='1',p='2')", 'UNKNOWN', '! The result of expression [nope] is not a labeled result.'],
    ["relabels(none,p='1,2',p='2')", SERIES, '! relabels needs as many new values as old ones: 2 old, 1 new.'],
    ['aggregate_labels(pct,sum)', SERIES, '140 91 -'],
    ['aggregate_labels(multi,max(n))', SERIES, 'n=a 10 6 30', 'n=b 1 2 3'],
    ['aggregate_labels(multi,avg(k,zzz))', SERIES, 'k=x 3 4 5', 'k=y 10 - 30'],
    ['aggregate_labels(cpm + 1,min)', SERIES, '11 - 31', '! The result of expression [cpm+1] is not a labeled result.'],
    ['aggregate_labels(nope,min)', 'UNKNOWN', '! Metric: [nope] does not exist.'],
    ['sort_values(multi,2,des,avg)', SERIES, 'k=y,n=a 10 - 30', 'k=x,n=a 5 6 7'],
    ['sort_values(avg(pct),1,asc,max)', SERIES, 'p=50 50'],
    ['sort_values(cpm,1,asc,avg)', SERIES, '10 - 30'],
    ['sort_label_values(multi,des,n,k)', SERIES, 'k=x,n=b 1 2 3', 'k=y,n=a 10 - 30', 'k=x,n=a 5 6 7'],
    // Choices
    ['view_as_seq(empty,cpm)', SERIES, '10 - 30'],
    ['view_as_seq(nope,empty)', 'UNKNOWN', '! Metric: [nope] does not exist.'],
    ['is_present(nope,cpm)', SINGLE, '1'],
    ['is_present(nope,empty)', SINGLE, '0'],
    ['baseline(cpm,upper)', SERIES, '- - -'],
    // Errors
    ['nope', 'UNKNOWN', '! Metric: [nope] does not exist.'],
    ['avg(nope)/100', 'UNKNOWN', '! Metric: [nope] does not exist.'],
    ['round(nope,1) > 1', 'UNKNOWN', '! Metric: [nope] does not exist.'],
    ['statements', 'UNKNOWN', '! The metric [statements] holds records and can be used in top_n only.'],
  ])('evaluates %s', async (text, ...expected) => {
    expect(show(await execute(text, reader))).toEqual(expected);
  });

  it('gives points the start of their step as id, keeps it through max and drops it through arithmetic on singles', async () => {
    const ids = async (text: string) => (await execute(text, reader)).results[0]!.points.map((x) => x.id);
    expect(await ids('cpm')).toEqual(['60000', '120000', '180000']);
    expect(await ids('max(cpm)')).toEqual(['180000']);
    expect(await ids('max(cpm)+1')).toEqual([null]);
    expect(await ids('avg(cpm)')).toEqual([null]);
    expect(await ids('top_n(cpm,2,des)/100')).toEqual(['b', 'a']);
  });

  it.each([
    ['', 'line 1:0 '],
    ['cpm +', 'line 1:5 '],
    ['cpm\n  + )', 'line 2:4 '],
    ['AVG(cpm)', 'line 1:3 '],
    ['-5', 'line 1:0 '],
    ['avg', 'line 1:3 '],
    ['cpm{asc="1"}', 'line 1:'],
    ['top_n(cpm,-1,des)', 'line 1:10 '],
    ['cpm cpm', 'line 1:4 '],
    [`${'('.repeat(MAX_EXPRESSION_DEPTH + 1)}1`, 'line 1:0 brackets'],
    ['('.repeat(9_999), 'line 1:0 brackets'],
    [`1${'+1'.repeat(4_000)}`, 'line 1:0 more than'],
    ['x'.repeat(10_001), 'line 1:0 the expression is longer'],
  ])('answers a text that cannot be read with its place: %.40s', async (text, start) => {
    const result = await execute(text, reader);
    expect(result).toMatchObject({ type: 'UNKNOWN', results: [] });
    expect(result.error?.slice(0, start.length)).toBe(start);
  });

  it('evaluates the longest chain of operators and the deepest brackets it accepts', async () => {
    expect(show(await execute(`1${'+1'.repeat(500)}`, reader))).toEqual([SINGLE, '501']);
    expect(show(await execute(`${'('.repeat(MAX_EXPRESSION_DEPTH)}1${')'.repeat(MAX_EXPRESSION_DEPTH)}`, reader))).toEqual([SINGLE, '1']);
  });

  it('stops where an expression would compute too many values', async () => {
    const many = Array.from({ length: 900 }, (_, i) => ({ labels: new Map([['p', String(i)]]), values: new Array<number>(501).fill(1) }));
    const wide = { ...reader, steps: new Array<number>(501).fill(0), series: async () => many };
    expect((await execute('pct+1', wide)).results).toHaveLength(900);
    expect((await execute(`pct${'+1'.repeat(20)}`, wide)).error).toContain('computes more than');
    const more = { ...reader, series: async () => [...many, ...many] };
    expect((await execute('pct', more)).error).toContain('more than 1000 label sets');
  });

  it('passes on what is not the fault of the expression', async () => {
    const broken = { ...reader, series: () => Promise.reject(new Error('the store is down')) };
    await expect(execute('avg(cpm)', broken)).rejects.toThrow('the store is down');
  });
});

describe('formatNumber', () => {
  it.each([
    [0, '0'],
    [-0, '0'],
    [0.5, '0.5'],
    [1.10049, '1.1'],
    [0.0625, '0.062'],
    [0.1875, '0.188'],
    [-0.0625, '-0.062'],
    [-0.0001, '0'],
    [1234567.8919, '1234567.892'],
    [1e21, '1000000000000000000000'],
    [100, '100'],
    [Number.NEGATIVE_INFINITY, '-∞'],
  ])('writes %d as %s', (value, text) => {
    expect(formatNumber(value)).toBe(text);
  });

  it('stays within half a thousandth', () => {
    fc.assert(fc.property(fc.double({ min: -1e9, max: 1e9, noNaN: true }), (x) => Math.abs(Number(formatNumber(x)) - x) <= 0.000_501));
  });
});

const { expression } = fc.letrec<{ expression: Expression }>((tie) => {
  // The ending keeps names off the reserved words.
  const name = fc.stringMatching(/^[A-Za-z_][A-Za-z0-9_]{0,8}_x$/);
  const label = fc.record({ key: name, value: fc.stringMatching(/^[^'"]{0,8}$/) });
  const metric = fc.record({ kind: fc.constant('metric' as const), name, labels: fc.array(label, { maxLength: 2 }) });
  const order = fc.constantFrom('asc' as const, 'des' as const);
  const aggregation = fc.constantFrom('avg' as const, 'count' as const, 'latest' as const, 'sum' as const, 'max' as const, 'min' as const);
  const count = fc.nat(1000);
  const of = tie('expression');
  const both = { left: of, right: of };
  const topN = fc.record({
    kind: fc.constant('top_n' as const),
    metric,
    count,
    order,
    attributes: fc.array(
      fc.record({
        name: fc.constantFrom('attr0', 'attr5'),
        op: fc.constantFrom('=' as const, '!=' as const),
        value: fc.constantFrom('a', "it's", 'b c'),
      }),
      { maxLength: 2 },
    ),
  });
  const node = <T extends Expression>(kind: T['kind'], fields: object) =>
    fc.record({ kind: fc.constant(kind), ...fields }) as fc.Arbitrary<Expression>;
  return {
    expression: fc.oneof(
      { maxDepth: 4, withCrossShrink: true },
      metric,
      fc.record({
        kind: fc.constant('number' as const),
        value: fc.oneof(fc.nat(), fc.double({ min: 0, max: 1e6, noNaN: true }).map(Math.abs)),
      }),
      node('arithmetic', { ...both, op: fc.constantFrom('+', '-', '*', '/', '%') }),
      node('comparison', { ...both, op: fc.constantFrom('==', '!=', '<=', '<', '>=', '>') }),
      node('logic', { ...both, op: fc.constantFrom('&&', '||') }),
      node('aggregation', { function: aggregation, of }),
      node('rounding', { function: fc.constantFrom('abs', 'ceil', 'floor'), of, places: fc.constant(0) }),
      node('rounding', { function: fc.constant('round'), of, places: count }),
      node('trend', { function: fc.constantFrom('increase', 'rate'), metric, steps: count }),
      node('choice', { function: fc.constantFrom('view_as_seq', 'is_present'), of: fc.array(of, { minLength: 1, maxLength: 3 }) }),
      topN,
      node('top_n_of', { lists: fc.array(topN, { minLength: 1, maxLength: 2 }), count, order }),
      node('relabels', { of, from: label, to: label }),
      node('aggregate_labels', { of, function: fc.constantFrom('avg', 'sum', 'max', 'min'), by: fc.array(name, { maxLength: 2 }) }),
      node('sort_values', { of, count, order, function: aggregation }),
      node('sort_label_values', { of, order, by: fc.array(name, { minLength: 1, maxLength: 2 }) }),
      node('baseline', { metric, bound: fc.constantFrom('value', 'upper', 'lower') }),
    ),
  };
});

describe('printExpression', () => {
  it('writes text that parses to the same tree', () => {
    fc.assert(fc.property(expression, (e) => expect(parseExpression(printExpression(e))).toEqual(e)));
  });

  it('makes every text, however hostile, end in a tree or a syntax error', () => {
    const piece = fc.constantFrom('(', ')', 'avg', 'top_n', 'cpm', '{', '}', "p='1'", ',', '+', '&&', '1', 'des', ' ', '"', 'bool', '=');
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
        try {
          parseExpression(pieces.join(''));
        } catch (error) {
          expect(error).toHaveProperty('name', 'ExpressionSyntaxError');
        }
      }),
    );
  });
});
