import type { MalExtension } from './extension.js';
import type { KubernetesMetadata } from './kubernetes.js';
import type { MalMetric } from './metric.js';

/** A file of meter rules after its YAML was read (analysis.md 10.1). */
export interface MalRuleFile {
  /** As problems and metrics name it. */
  readonly file: string;
  /** A closure on the labels, `{ tags -> tags.job == 'vm' }`: only samples for which it holds are seen by the rules of this file. */
  readonly filter?: string;
  /** Functions that follow every metric name of every expression: `tag({ … }).filter({ … })`. */
  readonly expPrefix?: string;
  /** Functions that follow every expression as a whole; usually the scope: `service(['cluster'], Layer.MYSQL)`. */
  readonly expSuffix?: string;
  /** The name of a metric is `<metricPrefix>_<name>`. */
  readonly metricPrefix?: string;
  readonly metricsRules: readonly MalRule[];
}

export interface MalRule {
  readonly name: string;
  readonly exp: string;
  /** The line of the file on which `exp` begins, from 1; problems then tell lines of the file. */
  readonly line?: number;
}

/** A mistake in a rule. */
export interface MalProblem {
  readonly file: string;
  /** Name of the rule as the file has it, or `filter`, `expPrefix`, `expSuffix` where all rules of the file are concerned. */
  readonly rule: string;
  /** From 1. Of the file where the rule's own line is known, else within the expression. */
  readonly line: number;
  /** From 1, in UTF-16 units, within the expression. */
  readonly column: number;
  readonly message: string;
}

export interface MalCompileOptions {
  /** Names of layers besides those that ship with SkyWalking (`layerDefinitions` of a rule file). */
  readonly layers?: Iterable<string>;
  /** What `retagByK8sMeta` asks. Without it a rule that uses the function is a problem. */
  readonly kubernetes?: KubernetesMetadata;
  /** Functions called as `.namespace::name(…)`, by `namespace::name`. */
  readonly extensions?: ReadonlyMap<string, MalExtension>;
  /** Functions that closures may call, by the whole name: `ProcessRegistry.generateVirtualLocalProcess`. They take and give texts. */
  readonly closureFunctions?: ReadonlyMap<string, (...args: readonly (string | null)[]) => string | null>;
}

export interface CompiledMal {
  readonly metrics: readonly MalMetric[];
  readonly problems: readonly MalProblem[];
}
