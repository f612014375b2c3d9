import type { Run } from './lal/compile-script.js';

/**
 * What a rule makes of a log: a record of the log, a record of a slow statement, or of a sampled trace the relation of its two processes
 * (the trace itself has no record).
 */
export type OutputType = 'Log' | 'SlowSQL' | 'SampledTrace';

/** The name of the layer of rules that see logs without one first. */
export const AUTO = 'auto';

/** A rule that can run. */
export interface Rule {
  readonly name: string;
  /** Name of a layer, or {@link AUTO}. */
  readonly layer: string;
  readonly outputType: OutputType;
  /** False: aborted. Throws a RuleError. */
  readonly run: Run;
}

/** How errors and metrics call a rule. */
export const ruleTitle = ({ layer, name }: Pick<Rule, 'layer' | 'name'>): string => `${layer}/${name}`;
