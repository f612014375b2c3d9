import { compilePattern } from '@skein/query/contract';
import type { Matcher, Selector } from '../promql/syntax-tree.js';
import { refuse } from './api-error.js';

/** Labels that say what is asked for, rather than which values of a labelled metric. Source: query.md 8.1. */
export const FIXED_LABELS = [
  '__name__',
  'layer',
  'scope',
  'top_n',
  'order',
  'service',
  'service_instance',
  'endpoint',
  'parent_service',
  'dest_service',
  'dest_layer',
  'dest_service_instance',
  'dest_endpoint',
  'record',
  'labels',
  'relabels',
  'label',
  'limit',
  'keyword',
  'remote_service',
  'span_name',
] as const;
export type FixedLabel = (typeof FIXED_LABELS)[number];
const FIXED: ReadonlySet<string> = new Set(FIXED_LABELS);
const isFixed = (label: string): label is FixedLabel => FIXED.has(label);

/** The label of values that have a number instead of a name, as metrics of older releases do; `labels` and `relabels` ask for them. */
export const NUMBERED_LABEL = '_';

/** The conditions of a selector, sorted by what they are for. */
export interface LabelConditions {
  /** Undefined when only a pattern, or nothing, is given. */
  readonly name: string | undefined;
  /** Values of fixed labels that are asked for with `=`. */
  readonly fixed: ReadonlyMap<FixedLabel, string>;
  /** Other conditions on fixed labels: only lists of entities and names know them. */
  readonly patterns: readonly Matcher[];
  /** Conditions on the labels of the metric's values, such as `p`. */
  readonly values: readonly Matcher[];
}

/** Throws ApiError `bad_data` for a metric with two names. */
export function conditionsOf(selector: Selector): LabelConditions {
  const fixed = new Map<FixedLabel, string>();
  const patterns: Matcher[] = [];
  const values: Matcher[] = [];
  for (const m of selector.matchers) {
    if (!isFixed(m.label)) values.push(m);
    else if (m.op !== '=') patterns.push(m);
    else fixed.set(m.label, m.value);
  }
  const second = fixed.get('__name__');
  if (selector.name !== undefined && second !== undefined) refuse(`The metric has two names: "${selector.name}" and "${second}".`);
  return { name: selector.name ?? second, fixed, patterns, values };
}

/** Whether a value of a label is wanted. Throws ApiError or QueryError for a pattern that cannot be used. */
export function conditionOf({ op, value }: Matcher): (text: string) => boolean {
  if (op === '=') return (text) => text === value;
  if (op === '!=') return (text) => text !== value;
  const matches = patternOf(value);
  return op === '=~' ? matches : (text) => !matches(text);
}

/** Like {@link conditionOf}, but `=` takes a list with commas, as SkyWalking asks for several percentiles. */
export function valueConditionOf(m: Matcher): (text: string) => boolean {
  if (m.op !== '=') return conditionOf(m);
  const wanted = new Set(m.value.split(',').map((v) => v.trim()));
  return (text) => text === m.value || wanted.has(text);
}

/** Grafana looks for metrics with `(?i).*words.*`. */
function patternOf(pattern: string): (text: string) => boolean {
  if (!pattern.startsWith('(?i)')) return compilePattern(pattern);
  const rest = pattern.slice('(?i)'.length);
  if (/\\[DSW]/.test(rest)) refuse('A pattern that ignores case cannot have \\D, \\S or \\W.');
  const matches = compilePattern(rest.toLowerCase());
  return (text) => matches(text.toLowerCase());
}
