import type { MetricsQuery, TimeQuery } from '@skein/query/contract';
import type { Duration } from '@skein/telemetry';
import { refuse } from '../evaluation/api-error.js';
import { evaluate, rangeOf } from '../evaluation/evaluate.js';
import { MetricReader } from '../evaluation/metric-reader.js';
import type { Result } from '../evaluation/series.js';
import { parseExpression } from '../promql/parse.js';
import type { Expression } from '../promql/syntax-tree.js';
import { rangeDuration } from './durations.js';
import type { JsonText } from './json-text.js';
import type { Parameters } from './parameters.js';
import type { ApiReadOptions } from './read-options.js';
import { instantData, matrixData } from './result-data.js';

/** How far back an instant query looks for the latest value, ms. */
const LOOK_BACK = 120_000;

/** Answers expressions. */
export class Queries {
  constructor(
    private readonly metrics: MetricsQuery,
    private readonly time: TimeQuery,
    private readonly maxPoints: number,
  ) {}

  /** `query`: the latest values of the last two minutes, or all of a range selector's range. */
  async instant(parameters: Parameters, o: ApiReadOptions): Promise<JsonText> {
    const expression = parseExpression(parameters.required('query'));
    const end = parameters.instant('time') ?? this.time.info().now;
    const range = rangeOf(expression);
    if (range !== undefined) {
      if (range.ms === 0) refuse('A range must be longer than 0.');
      const duration = rangeDuration(this.time.zone, Math.max(0, end - range.ms), end);
      return matrixData(await this.#evaluate(range.selector, duration, o), this.metrics.steps(duration), o.signal);
    }
    const duration = rangeDuration(this.time.zone, Math.max(0, end - LOOK_BACK), end);
    return instantData(await this.#evaluate(expression, duration, o), this.metrics.steps(duration), end);
  }

  /** `query_range`: the values of all steps. */
  async range(parameters: Parameters, o: ApiReadOptions): Promise<JsonText> {
    const expression = parseExpression(parameters.required('query'));
    if (rangeOf(expression) !== undefined) refuse('Range expression should use instant query.');
    const end = parameters.instant('end') ?? refuse('the parameter end is missing');
    const start = parameters.instant('start') ?? refuse('the parameter start is missing');
    const duration = rangeDuration(this.time.zone, start, end);
    return matrixData(await this.#evaluate(expression, duration, o), this.metrics.steps(duration), o.signal);
  }

  #evaluate(expression: Expression, duration: Duration, o: ApiReadOptions): Promise<Result> {
    const reader = new MetricReader(this.metrics, duration, this.maxPoints, o);
    return evaluate(expression, (selector) => reader.read(selector), o.signal);
  }
}
