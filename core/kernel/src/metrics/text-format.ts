import type { Labels } from '../api/facilities.js';

export type MetricType = 'counter' | 'gauge' | 'histogram';

/** One line of a metric: `suffix` is `_bucket`, `_sum`, `_count` or empty. */
export interface Sample {
  readonly suffix: string;
  readonly labels: Labels;
  readonly value: number;
}

const METRIC_NAME = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/;
const MAX_VALUE_LENGTH = 1_000;

export const isMetricName = (name: string): boolean => METRIC_NAME.test(name);

/** A label name that the format takes: other characters become `_`, and names with `__` before them are Prometheus' own. */
export const labelName = (name: string): string =>
  name
    .replace(/[^a-zA-Z0-9_]/g, '_')
    .replace(/^(?=[0-9]|$)/, '_')
    .replace(/^__+/, '_');

/** A text that stays on its line whatever splits lines: control characters but the line feed, which is escaped, become spaces. At most 1000 characters are kept. */
export const plainText = (text: string): string => text.slice(0, MAX_VALUE_LENGTH).replace(/(?!\n)[\p{Cc}\p{Zl}\p{Zp}]/gu, ' ');

/** One metric in the Prometheus text format 0.0.4: https://prometheus.io/docs/instrumenting/exposition_formats/ */
export function formatFamily(name: string, type: MetricType, help: string, samples: Iterable<Sample>): string {
  const lines = [`# HELP ${name} ${plainText(help).replace(/\\/g, '\\\\').replace(/\n/g, '\\n')}`, `# TYPE ${name} ${type}`];
  for (const { suffix, labels, value } of samples) lines.push(`${name}${suffix}${formatLabels(labels)} ${formatNumber(value)}`);
  return `${lines.join('\n')}\n`;
}

export function formatNumber(value: number): string {
  if (value === Number.POSITIVE_INFINITY) return '+Inf';
  if (value === Number.NEGATIVE_INFINITY) return '-Inf';
  return String(value);
}

function formatLabels(labels: Labels): string {
  const parts = Object.entries(labels).map(([name, value]) => `${labelName(name)}="${escapeValue(value)}"`);
  return parts.length === 0 ? '' : `{${parts.join(',')}}`;
}

const escapeValue = (value: string): string => value.replace(/\\/g, '\\\\').replace(/\n/g, '\\n').replace(/"/g, '\\"');
