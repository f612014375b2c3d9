import { createToken } from '@skein/core';
import type { Duration, MetricDefinition } from '@skein/telemetry';
import type { AttributeFilter, ExpressionResult, Order, Owner } from '@skein/telemetry/mqe';
import type { ReadOptions } from './common.js';

/** An entity by its names. The scope comes from the metric it is used with. */
export interface EntityNames {
  readonly serviceName?: string | null;
  readonly normal?: boolean | null;
  readonly serviceInstanceName?: string | null;
  readonly endpointName?: string | null;
  readonly processName?: string | null;
  readonly destServiceName?: string | null;
  readonly destNormal?: boolean | null;
  readonly destServiceInstanceName?: string | null;
  readonly destEndpointName?: string | null;
  readonly destProcessName?: string | null;
}

/** One value per step of a range; undefined where nothing was stored. */
export type StepValues = readonly (number | undefined)[];

/** A series for one set of labels. */
export interface LabelledValues {
  readonly labels: ReadonlyMap<string, string>;
  readonly values: StepValues;
}

/** A histogram per step: lower bounds of the buckets, ascending, and a column of counts for each step. */
export interface HeatmapValues {
  readonly bounds: readonly number[];
  readonly columns: readonly (readonly number[])[];
}

/** Which entities to rank by which metric. */
export interface RankQuery {
  readonly count: number;
  readonly order: Order;
  /** Only entities of this service. */
  readonly parent?: { readonly serviceName: string; readonly normal: boolean };
  readonly attributes?: readonly AttributeFilter[];
}

/** An entity and its average. */
export interface RankedEntity {
  readonly entity: string;
  /** As a list shows it: the short name when the list is of one service. */
  readonly name: string;
  readonly owner: Owner;
  readonly value: number;
}

/** Which top-N records to list. */
export interface RecordQuery {
  readonly count: number;
  readonly order: Order;
  /** Only records of this entity. */
  readonly entity?: string;
}

/** A row of a top-N record metric, for example a slow statement. */
export interface TopRecord {
  readonly entity: string;
  readonly statement: string;
  readonly latency: number;
  /** Empty when there is none. */
  readonly traceId: string;
}

/** Metrics by entity and range, expressions, rankings and top-N records. */
export interface MetricsQuery {
  /** Metrics whose whole name matches; throws QueryError for a pattern that cannot be used. */
  catalog(pattern?: string): readonly MetricDefinition[];
  find(name: string): MetricDefinition | undefined;
  /** The id of the entity in the metric's scope; undefined when names are missing. */
  entityId(metric: MetricDefinition, names: EntityNames): string | undefined;
  /** Evaluates an MQE expression; what is wrong with it comes back in `error`. Throws DurationError for a series of too many steps. */
  execute(expression: string, entity: EntityNames, duration: Duration, options?: ReadOptions): Promise<ExpressionResult>;
  /** Start of every step, ms. Throws DurationError above 501 of them. */
  steps(duration: Duration): readonly number[];
  /** Values of a regular metric, an array per entity. */
  values(metric: MetricDefinition, entities: readonly string[], duration: Duration, options?: ReadOptions): Promise<readonly StepValues[]>;
  labelled(metric: MetricDefinition, entity: string, duration: Duration, options?: ReadOptions): Promise<readonly LabelledValues[]>;
  heatmap(metric: MetricDefinition, entity: string, duration: Duration, options?: ReadOptions): Promise<HeatmapValues>;
  /** Entities by the average over the range. */
  rank(metric: MetricDefinition, query: RankQuery, duration: Duration, options?: ReadOptions): Promise<readonly RankedEntity[]>;
  records(metric: MetricDefinition, query: RecordQuery, duration: Duration, options?: ReadOptions): Promise<readonly TopRecord[]>;
}
/** Provided by the module `query`. */
export const MetricsQueryToken = createToken<MetricsQuery>('metrics-query');
