import type { TimeQuery } from '@skein/query/contract';
import { refuse } from '../evaluation/api-error.js';
import type { Labels } from '../metadata/labels.js';
import { DEFAULT_LIMIT } from '../metadata/traffic-list.js';
import { parseSelector } from '../promql/parse.js';
import { dayOf, rangeDuration } from './durations.js';
import type { Parameters } from './parameters.js';
import type { ApiReadOptions } from './read-options.js';

const METADATA = [{ type: 'gauge', help: '', unit: '' }];
const LABEL_NAME = /^[A-Za-z_][A-Za-z0-9_.]*$/;

/** Answers what there is to ask for. Labels are looked for on the day of `end`, whatever the start; lists hold 100 unless `limit` says otherwise. */
export class Completions {
  constructor(
    private readonly labels: Labels,
    private readonly time: TimeQuery,
  ) {}

  async labelNames(parameters: Parameters, o: ApiReadOptions): Promise<readonly string[]> {
    return this.#list(parameters, (selector) => this.labels.names(selector, this.#day(parameters), o));
  }

  async labelValues(label: string, parameters: Parameters, o: ApiReadOptions): Promise<readonly string[]> {
    if (!LABEL_NAME.test(label)) refuse(`invalid label name: "${label.slice(0, 100)}"`);
    const limit = parameters.limit();
    return this.#list(parameters, (selector) => this.labels.values(label, selector, this.#day(parameters), limit, o));
  }

  async series(parameters: Parameters, o: ApiReadOptions): Promise<readonly object[]> {
    const matches = parameters.matches();
    if (matches.length === 0) refuse('the parameter match[] is missing');
    const day = this.#day(parameters);
    const end = this.#end(parameters);
    const start = parameters.instant('start') ?? day.range.from;
    const duration = { ...rangeDuration(this.time.zone, start, end), buckets: day.buckets };
    const limit = parameters.limit();
    const found: object[] = [];
    for (const match of matches) found.push(...(await this.labels.series(parseSelector(match), duration, day, limit, o)));
    return limit === undefined ? found : found.slice(0, limit);
  }

  /** Every metric is a gauge without a description. `metric`: a regular expression for whole names. */
  async metadata(parameters: Parameters, o: ApiReadOptions): Promise<object> {
    const metric = parameters.text('metric');
    const matchers = metric === undefined ? [] : [{ label: '__name__', op: '=~' as const, value: metric }];
    const names = await this.labels.values(
      '__name__',
      { kind: 'selector', name: undefined, matchers },
      this.#day(parameters),
      undefined,
      o,
    );
    const limit = parameters.limit();
    return Object.fromEntries(names.slice(0, limit ?? names.length).map((name) => [name, METADATA]));
  }

  /** Of all selectors, or without one, each entry once. */
  async #list(
    parameters: Parameters,
    read: (selector: ReturnType<typeof parseSelector> | undefined) => Promise<readonly string[]>,
  ): Promise<readonly string[]> {
    const matches = parameters.matches();
    const selectors = matches.length === 0 ? [undefined] : matches.map(parseSelector);
    const found = new Set<string>();
    for (const selector of selectors) for (const entry of await read(selector)) found.add(entry);
    return [...found].slice(0, parameters.limit() ?? DEFAULT_LIMIT);
  }

  #end(parameters: Parameters): number {
    return parameters.instant('end') ?? this.time.info().now;
  }

  #day(parameters: Parameters) {
    return dayOf(this.time.zone, this.#end(parameters));
  }
}
