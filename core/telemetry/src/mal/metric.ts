import type { CounterWindows } from './counter-windows.js';
import type { SampleFamilies } from './sample-families.js';

export type MalScope =
  | 'service'
  | 'service_instance'
  | 'endpoint'
  | 'process'
  | 'service_relation'
  | 'service_instance_relation'
  | 'process_relation';

/** How values of one entity and minute merge. */
export type MalDownsampling = 'avg' | 'sum' | 'latest' | 'sumPerMin' | 'min' | 'max';

export type MalKind = 'single' | 'labeled' | 'histogram' | 'histogramPercentile';

/** A rule, ready to run. */
export interface MalMetric {
  /** With the prefix of its file. */
  readonly name: string;
  readonly file: string;
  readonly scope: MalScope;
  readonly downsampling: MalDownsampling;
  /** `histogram` and `histogramPercentile` go with `avg` and `sum` only. */
  readonly kind: MalKind;
  /** Of a `histogramPercentile`: the ranks in the order of the rule, 1 to 100. */
  readonly ranks?: readonly number[];
  /** Sample names that it reads, so that a caller runs only the rules whose names are in the set. */
  readonly inputs: readonly string[];
  /**
   * Computes the metric from one set. Gives nothing where the samples are not in the set or none is left by the filters.
   * Throws {@link MalRuntimeError}, for this rule and this set only; counters that were seen before the error stay seen.
   */
  run(set: SampleFamilies, context: MalContext): readonly MalResult[];
}

export interface MalContext {
  /** ms since the epoch. */
  readonly now: number;
  /** Earlier samples, for increase, rate and irate: one for all rules and sets. */
  readonly windows: CounterWindows;
  /** Told of samples that a rule had to leave out. */
  skip?(reason: MalSkipReason, count: number): void;
}

/**
 * `not finite`: a result is infinite, as after a division by 0. `no entity`: the labels that name the entity are empty.
 * `no bucket`: a sample of a histogram has no bound that is a number.
 */
export type MalSkipReason = 'not finite' | 'no entity' | 'no bucket';

/** Values of one entity at one time. */
export interface MalResult {
  readonly entity: MeterEntity;
  /** ms since the epoch; of the first of the samples. All samples of a result are of the same minute. */
  readonly time: number;
  /** One value without labels for `single`; at least one for the others. */
  readonly values: readonly MalValue[];
}

export interface MalValue {
  /** Without the labels that name the entity. Of histograms with `le`: the bound of the bucket in ms, as integer text. */
  readonly labels: ReadonlyMap<string, string>;
  /** An integer, 0 or more, as it is stored (analysis.md 10.4). */
  readonly value: number;
}

/** Free attributes of an entity, from `decorate`. */
export interface MeterAttributes {
  readonly attr0?: string;
  readonly attr1?: string;
  readonly attr2?: string;
  readonly attr3?: string;
  readonly attr4?: string;
  readonly attr5?: string;
}

export type MeterDetectPoint = 'SERVER' | 'CLIENT' | 'PROXY' | 'UNRECOGNIZED';

/** Whom values belong to. Names are as the labels have them: not yet formatted, never blank. */
export type MeterEntity =
  | ServiceEntity
  | ServiceInstanceEntity
  | EndpointEntity
  | ProcessEntity
  | ServiceRelationEntity
  | ServiceInstanceRelationEntity
  | ProcessRelationEntity;

export interface ServiceEntity {
  readonly scope: 'service';
  readonly service: string;
  readonly layer: string;
  readonly attributes?: MeterAttributes;
}
export interface ServiceInstanceEntity {
  readonly scope: 'service_instance';
  readonly service: string;
  readonly instance: string;
  readonly layer: string;
  /** Only where the rule has a closure for them. */
  readonly properties?: ReadonlyMap<string, string>;
  readonly attributes?: MeterAttributes;
}
export interface EndpointEntity {
  readonly scope: 'endpoint';
  readonly service: string;
  readonly endpoint: string;
  readonly layer: string;
  readonly attributes?: MeterAttributes;
}
export interface ProcessEntity {
  readonly scope: 'process';
  readonly service: string;
  readonly instance: string;
  readonly process: string;
  /** From a label; UNDEFINED where it names no known layer. */
  readonly layer: string;
  readonly attributes?: MeterAttributes;
}
export interface ServiceRelationEntity {
  readonly scope: 'service_relation';
  readonly sourceService: string;
  readonly destService: string;
  readonly detectPoint: MeterDetectPoint;
  readonly layer: string;
  /** 0 where the rule names no label for it. */
  readonly componentId: number;
  readonly attributes?: MeterAttributes;
}
export interface ServiceInstanceRelationEntity {
  readonly scope: 'service_instance_relation';
  readonly sourceService: string;
  readonly sourceInstance: string;
  readonly destService: string;
  readonly destInstance: string;
  readonly detectPoint: MeterDetectPoint;
  readonly layer: string;
  readonly componentId: number;
  readonly attributes?: MeterAttributes;
}
export interface ProcessRelationEntity {
  readonly scope: 'process_relation';
  readonly service: string;
  readonly instance: string;
  readonly sourceProcessId: string;
  readonly destProcessId: string;
  readonly detectPoint: MeterDetectPoint;
  readonly componentId: number;
  readonly attributes?: MeterAttributes;
}
