import type { Contributed } from '@skein/core';
import { LAYERS, type LogRuleFile } from '@skein/telemetry';
import { readRules } from './read-rules.js';
import { AUTO, type Rule, ruleTitle } from './rule.js';
import { formatRuleProblem, type RuleProblem } from './rule-problem.js';

/** All rules, by the layer of the logs that they see. */
export interface RuleBook {
  /** Rules of a layer, or of {@link AUTO}; undefined for a layer that nobody knows. */
  of(layer: string): readonly Rule[] | undefined;
  isLayer(name: string): boolean;
  /** Whether services of a layer are no conjecture, of layers that rule files bring; undefined for the layers of the house. */
  isNormal(layer: string): boolean | undefined;
  readonly size: number;
}

export interface RuleSources {
  readonly contributed: readonly Contributed<LogRuleFile>[];
  /** The operator's files. */
  readonly own: readonly LogRuleFile[];
  /** `LAYER/name` of rules that shall not run. */
  readonly disabled: readonly string[];
}

const NONE: readonly Rule[] = [];

/** Reads all rules. An operator's rule takes the place of a contributed one of the same layer and name. Throws one error with every mistake of every file. */
export function createRuleBook({ contributed, own, disabled }: RuleSources): RuleBook {
  const problems: RuleProblem[] = [];
  const layers = new Map<string, boolean | undefined>(LAYERS.map((name) => [name, undefined]));
  const gather = (files: readonly LogRuleFile[]): Map<string, Rule> => {
    const rules = new Map<string, Rule>();
    for (const file of files) {
      const read = readRules(file);
      problems.push(...read.problems);
      for (const { name, normal } of read.layers) layers.set(name, normal);
      for (const rule of read.rules) {
        const title = ruleTitle(rule);
        if (rules.has(title))
          problems.push({ file: file.file, line: 1, column: 1, rule: title, message: 'there are two rules of this layer and name' });
        rules.set(title, rule);
      }
    }
    return rules;
  };
  // The module's name, so that a mistake leads to whoever brought the rule.
  const rules = new Map([
    ...gather(contributed.map(({ module, value: { file, text } }) => ({ file: `${module}/${file}`, text }))),
    ...gather(own),
  ]);
  for (const title of disabled) {
    if (!rules.delete(title))
      problems.push({ file: 'modules.log-analyzer.disable', line: 1, column: 1, rule: title, message: 'there is no such rule' });
  }
  if (problems.length > 0)
    throw new Error(
      `the log rules have ${problems.length === 1 ? 'a mistake' : `${problems.length} mistakes`}:\n${problems.map(formatRuleProblem).join('\n')}`,
    );
  return bookOf([...rules.values()], layers);
}

function bookOf(rules: readonly Rule[], layers: ReadonlyMap<string, boolean | undefined>): RuleBook {
  const byLayer = new Map<string, Rule[]>();
  for (const rule of rules) {
    const list = byLayer.get(rule.layer);
    if (list === undefined) byLayer.set(rule.layer, [rule]);
    else list.push(rule);
  }
  return {
    of: (layer) => byLayer.get(layer) ?? (layers.has(layer) || layer === AUTO ? NONE : undefined),
    isLayer: (name) => layers.has(name),
    isNormal: (layer) => layers.get(layer),
    size: rules.length,
  };
}
