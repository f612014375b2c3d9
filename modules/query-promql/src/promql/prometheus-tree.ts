import type { Expression, Matcher, Selector } from './syntax-tree.js';

/** A syntax tree as Prometheus' `parse_query` answers it. */
export function prometheusTree(e: Expression): object {
  switch (e.kind) {
    case 'number':
      return { type: 'numberLiteral', val: numberText(e.value) };
    case 'group':
      return { type: 'parenExpr', expr: prometheusTree(e.of) };
    case 'sign':
      return { type: 'unaryExpr', op: e.sign, expr: prometheusTree(e.of) };
    case 'selector':
      return { type: 'vectorSelector', ...selectorFields(e) };
    case 'range':
      return { type: 'matrixSelector', range: e.ms, ...selectorFields(e.selector) };
    case 'binary':
      return {
        type: 'binaryExpr',
        op: e.op,
        lhs: prometheusTree(e.left),
        rhs: prometheusTree(e.right),
        matching: isVector(e.left) && isVector(e.right) ? { card: 'one-to-one', labels: [], on: false, include: [] } : null,
        bool: e.bool,
      };
    case 'aggregation':
      return {
        type: 'aggregation',
        op: e.function,
        expr: prometheusTree(e.of),
        param: null,
        grouping: e.grouping?.labels ?? [],
        without: e.grouping?.kind === 'without',
      };
  }
}

function selectorFields({ name, matchers }: Selector): object {
  const named: readonly Matcher[] = name === undefined ? [] : [{ label: '__name__', op: '=', value: name }];
  return {
    name: name ?? '',
    offset: 0,
    matchers: [...matchers, ...named].map((m) => ({ type: m.op, name: m.label, value: m.value })),
    timestamp: null,
    startOrEnd: null,
  };
}

const numberText = (value: number): string => (Number.isFinite(value) || Number.isNaN(value) ? String(value) : value > 0 ? '+Inf' : '-Inf');

function isVector(e: Expression): boolean {
  if (e.kind === 'number') return false;
  if (e.kind === 'group' || e.kind === 'sign') return isVector(e.of);
  return e.kind !== 'binary' || isVector(e.left) || isVector(e.right);
}
