import type { CompiledClosure } from './closure/compile-closure.js';
import type { Family, LabelNames, LabelSet } from './family.js';
import type { MalContext, MalDownsampling, MalScope, MeterEntity } from './metric.js';
import type { SampleFamilies, SampleFilter } from './sample-families.js';

/** One run of a rule over a set. */
export interface Run {
  readonly set: SampleFamilies;
  readonly filter: SampleFilter | undefined;
  readonly context: MalContext;
}

export type Evaluate<T> = (run: Run) => T;

/** What is known of a family before it is computed; decides the type of the metric (analysis.md 10.4). */
export interface Shape {
  /** Labels that the last aggregation named and left; those that tell values of one entity apart, but for the labels of the scope. */
  readonly aggregated: ReadonlySet<string>;
  readonly histogram: boolean;
  readonly ranks?: readonly number[];
  readonly downsampling?: MalDownsampling;
}

export interface CompiledNumber {
  readonly type: 'number';
  readonly evaluate: Evaluate<number>;
}
export interface CompiledFamily {
  readonly type: 'family';
  readonly evaluate: Evaluate<Family>;
  readonly shape: Shape;
}
/** A family of which each sample belongs to an entity. */
export interface CompiledScoped {
  readonly type: 'scoped';
  readonly evaluate: Evaluate<Family>;
  readonly shape: Shape;
  readonly binding: Binding;
}
export type Compiled = CompiledNumber | CompiledFamily | CompiledScoped;

/** How the entity of a sample is found. */
export interface Binding {
  readonly scope: MalScope;
  /** The labels that name the entity; results do not have them. */
  readonly labels: LabelNames;
  /** Undefined where a name is empty. Throws MalRuntimeError. */
  entity(labels: LabelSet): MeterEntity | undefined;
  readonly decorators: readonly CompiledClosure[];
}
