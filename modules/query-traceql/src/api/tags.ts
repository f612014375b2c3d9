import type { MetadataQuery, TimeQuery, TraceQuery } from '@skein/query/contract';
import { serviceId } from '@skein/telemetry';
import type { QueryTraceqlConfig } from '../config.js';
import { parseFilter } from '../traceql/parse.js';
import { ApiError, refuse } from './api-error.js';
import { daysOf } from './days.js';
import type { Parameters } from './parameters.js';
import type { ApiReadOptions } from './read-options.js';
import { spanConditions } from './span-conditions.js';

/** A scope and the names in it. */
export interface TagScope {
  readonly name: string;
  readonly tags: readonly string[];
}
/** `type`: what TraceQL writes it as. */
export interface TagValue {
  readonly type: 'string' | 'keyword';
  readonly value: string;
}

const RESOURCE = ['service.instance.id', 'service.name'];
const INTRINSIC = ['duration', 'name', 'status'];
/** Known to Tempo, but nothing of SkyWalking's is in them. */
const EMPTY_SCOPES = ['event', 'link', 'instrumentation'];
/** Most entries of a list. */
const MAX_LIST = 1000;

/** Answers what there is to search for: on the days that the range touches. */
export class Tags {
  constructor(
    private readonly traces: TraceQuery,
    private readonly metadata: MetadataQuery,
    private readonly time: TimeQuery,
    private readonly config: Pick<QueryTraceqlConfig, 'lookback'>,
  ) {}

  async scopes(parameters: Parameters, o: ApiReadOptions): Promise<readonly TagScope[]> {
    const wanted = parameters.text('scope') ?? 'none';
    const limit = parameters.count('limit', MAX_LIST) ?? MAX_LIST;
    if (EMPTY_SCOPES.includes(wanted)) return [];
    const all: readonly (readonly [name: string, tags: () => readonly string[] | Promise<readonly string[]>])[] = [
      ['resource', () => RESOURCE],
      ['span', () => this.traces.tagKeys('TRACE', this.#days(parameters), o)],
      ['intrinsic', () => INTRINSIC],
    ];
    const chosen = all.filter(([name]) => wanted === 'none' || wanted === 'all' || name === wanted);
    if (chosen.length === 0) refuse(`unknown scope "${wanted.slice(0, 40)}"`);
    return Promise.all(chosen.map(async ([name, tags]) => ({ name, tags: (await tags()).slice(0, limit) })));
  }

  /** Names of all scopes but `intrinsic`, each once, as the older form has them. */
  async names(parameters: Parameters, o: ApiReadOptions): Promise<readonly string[]> {
    const scopes = (await this.scopes(parameters, o)).filter(
      ({ name }) => name !== 'intrinsic' || parameters.text('scope') === 'intrinsic',
    );
    return [...new Set(scopes.flatMap(({ tags }) => tags))].sort();
  }

  /** Names and instances are those of the service that `q` names; without one there are none. */
  async values(tag: string, parameters: Parameters, o: ApiReadOptions): Promise<readonly TagValue[]> {
    const limit = parameters.count('limit', MAX_LIST) ?? MAX_LIST;
    const list = await this.#values(tag.replace(/^span:/, ''), parameters, o);
    return list.slice(0, limit);
  }

  async #values(tag: string, parameters: Parameters, o: ApiReadOptions): Promise<readonly TagValue[]> {
    const name = tag.replace(/^(?:resource|span)?\./, '');
    const isOfSpan = tag.startsWith('span.');
    if (name.length > 1000) throw new ApiError(400, 'the name of the tag is longer than 1000 characters');
    if (tag === 'status') return keywords('error', 'ok');
    if (tag === 'duration' || tag === 'kind') return [];
    if (tag === 'name')
      return this.#ofService(parameters, (id) => this.metadata.endpoints(id, { limit: MAX_LIST, duration: this.#days(parameters) }, o));
    if (!isOfSpan && name === 'service.name') {
      return texts((await this.metadata.services({}, o)).filter(({ normal }) => normal).map((service) => service.name));
    }
    if (!isOfSpan && (name === 'service.instance.id' || name === 'instance')) {
      return this.#ofService(parameters, (id) => this.metadata.instances(id, this.#days(parameters), o));
    }
    if (tag.startsWith('resource.')) return [];
    return texts(await this.traces.tagValues('TRACE', name, this.#days(parameters), o));
  }

  async #ofService(
    parameters: Parameters,
    read: (serviceId: string) => Promise<readonly { readonly name: string }[]>,
  ): Promise<readonly TagValue[]> {
    const q = parameters.text('q');
    const service = q === undefined ? undefined : spanConditions(parseFilter(q)).service;
    return service === undefined ? [] : texts((await read(serviceId(service, true))).map(({ name }) => name));
  }

  #days(parameters: Parameters) {
    return daysOf(this.time, parameters.range(this.time.info().now, this.config.lookback));
  }
}

const texts = (values: readonly string[]): readonly TagValue[] => [...values].sort().map((value) => ({ type: 'string', value }));
const keywords = (...values: readonly string[]): readonly TagValue[] => values.map((value) => ({ type: 'keyword', value }));
