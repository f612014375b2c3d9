import type { LogQuery, MetadataQuery, TimeQuery } from '@skein/query/contract';
import type { Duration } from '@skein/telemetry';
import type { QueryLogqlConfig } from '../config.js';
import { parseLogs } from '../logql/parse.js';
import { refuse } from './api-error.js';
import { ENTITY_LABELS, serviceOf } from './log-conditions.js';
import type { Parameters } from './parameters.js';
import type { ApiReadOptions } from './read-options.js';
import { daysOf, timeRange } from './time-range.js';

/** Endpoints that are offered as values. */
const MAX_ENDPOINTS = 1000;
const LABEL = /^[A-Za-z_][A-Za-z0-9_.-]{0,999}$/;

/** Answers what labels there are, and their values: on the days that the range touches. */
export class Labels {
  constructor(
    private readonly logs: LogQuery,
    private readonly metadata: MetadataQuery,
    private readonly time: TimeQuery,
    private readonly config: Pick<QueryLogqlConfig, 'lookback' | 'entityLabels'>,
  ) {}

  async names(parameters: Parameters, o: ApiReadOptions): Promise<readonly string[]> {
    const tags = await this.logs.tagKeys(this.#days(parameters), o);
    return this.config.entityLabels ? [...new Set([...ENTITY_LABELS, ...tags])].sort() : tags;
  }

  /** Instances and endpoints are those of the service that the parameter `query`, a selector, names; without it there are none. */
  async values(label: string, parameters: Parameters, o: ApiReadOptions): Promise<readonly string[]> {
    if (!LABEL.test(label)) refuse(`invalid label name "${label.slice(0, 100)}"`);
    const days = this.#days(parameters);
    const selector = parameters.text('query');
    const service = selector === undefined ? undefined : serviceOf(parseLogs(selector));
    switch (label) {
      case 'service':
        return (await this.metadata.services({}, o))
          .filter(({ normal }) => normal)
          .map(({ name }) => name)
          .sort();
      case 'service_instance':
        return service === undefined ? [] : namesOf(await this.metadata.instances(service, days, o));
      case 'endpoint':
        return service === undefined ? [] : this.#endpoints(service, days, o);
      case 'trace_id':
        return [];
      default:
        return this.logs.tagValues(label, days, o);
    }
  }

  async #endpoints(service: string, duration: Duration, o: ApiReadOptions): Promise<readonly string[]> {
    return namesOf(await this.metadata.endpoints(service, { limit: MAX_ENDPOINTS, duration }, o));
  }

  #days(parameters: Parameters): Duration {
    return daysOf(this.time, timeRange(parameters, this.time.info().now, this.config.lookback));
  }
}

const namesOf = (members: readonly { readonly name: string }[]): readonly string[] => members.map(({ name }) => name).sort();
