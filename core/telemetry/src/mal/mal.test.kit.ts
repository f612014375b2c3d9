import type { Sample } from '../messages/meter-samples.js';
import {
  CounterWindows,
  compileMal,
  type MalCompileOptions,
  type MalContext,
  type MalMetric,
  type MalRuleFile,
  type MalSkipReason,
  SampleFamilies,
  type SampleFamiliesOptions,
} from './index.js';

export const T0 = Date.UTC(2024, 0, 2, 3, 4);

/** `name{a=1,b=x} 5`, one for each line; the time is T0 unless `@ms` follows. */
export function samples(text: string): readonly Sample[] {
  return text
    .trim()
    .split('\n')
    .map((line) => {
      const [, name = '', labels = '', value = '', time = '0'] = /^\s*(\w+)(?:\{(.*)\})? (\S+)(?: @(\d+))?$/.exec(line) ?? [];
      const pairs = labels === '' ? [] : labels.split(',').map((pair) => pair.split('=') as [string, string]);
      return { name, labels: new Map(pairs), value: Number(value), timestamp: T0 + Number(time) };
    });
}

/** What was left out, by reason. */
export type Skips = Partial<Record<MalSkipReason, number>>;

export function newContext(now = T0 + 5_500): MalContext & { readonly skips: Skips; now: number } {
  const skips: Skips = {};
  return {
    now,
    windows: new CounterWindows(),
    skips,
    skip(reason, count) {
      skips[reason] = (skips[reason] ?? 0) + count;
    },
  };
}

/** The metric of one expression; fails if it has a mistake. */
export function metric(exp: string, file: Partial<MalRuleFile> = {}, options: MalCompileOptions = {}): MalMetric {
  const { metrics, problems } = compileMal([{ file: 'f.yaml', ...file, metricsRules: [{ name: 'm', exp }] }], options);
  if (problems.length > 0) throw new Error(problems.map((p) => `${p.line}:${p.column} ${p.message}`).join('; '));
  return metrics[0]!;
}

/** Mistakes of one expression as `line:column message`. */
export function problems(exp: string, file: Partial<MalRuleFile> = {}, options: MalCompileOptions = {}): readonly string[] {
  const compiled = compileMal([{ file: 'f.yaml', ...file, metricsRules: [{ name: 'm', exp }] }], options);
  return compiled.problems.map((p) => `${p.line}:${p.column} ${p.message}`);
}

export interface RunOptions extends SampleFamiliesOptions {
  readonly context?: MalContext;
  readonly file?: Partial<MalRuleFile>;
  readonly options?: MalCompileOptions;
}

/** Results as lines: `service{label=value} 5`; the name of the entity is all of its names, joined by `/`. */
export function show(found: ReturnType<MalMetric['run']>): readonly string[] {
  return found.flatMap(({ entity, values }) => {
    const e = entity as unknown as Record<string, string>;
    const parts = [
      'service',
      'sourceService',
      'instance',
      'sourceInstance',
      'endpoint',
      'process',
      'sourceProcessId',
      'destService',
      'destInstance',
      'destProcessId',
    ];
    const name = parts.flatMap((part) => e[part] ?? []).join('/');
    return values.map(({ labels, value }) => {
      const text = Array.from(labels, ([k, v]) => `${k}=${v}`).join(',');
      return `${name}${text === '' ? '' : `{${text}}`} ${value}`;
    });
  });
}

/** Runs an expression once. */
export function run(
  exp: string,
  text: string,
  { context = newContext(), file = {}, options = {}, ...families }: RunOptions = {},
): readonly string[] {
  return show(metric(exp, file, options).run(new SampleFamilies(samples(text), families), context));
}
