import { fairTurn, type LimitedReads, type MetadataQuery, type ReadOptions } from '@skein/query/contract';
import { type Duration, isNormalLayer, serviceId } from '@skein/telemetry';
import { refuse } from '../evaluation/api-error.js';
import { conditionOf, type FixedLabel, type LabelConditions } from '../evaluation/label-conditions.js';
import { layerOf, requireLabels } from '../evaluation/metric-selection.js';
import { limitOf, MOST_NAMES, type Traffic } from './traffic-list.js';
import { zipkinTraffic } from './zipkin-traffic.js';

/** Services, instances and endpoints as series. Source: query.md 8.1. */
export class TrafficSeries {
  readonly #all: ReadonlyMap<string, Traffic>;

  constructor(
    private readonly metadata: MetadataQuery,
    reads: LimitedReads,
  ) {
    this.#all = new Map([
      [
        'service_traffic',
        {
          label: 'service',
          labels: ['layer', 'limit', 'service'],
          shown: ({ fixed }) => ({ scope: 'Service', layer: layerOf(fixed) }),
          names: (conditions, _, o) => this.#services(conditions, o),
        },
      ],
      [
        'instance_traffic',
        {
          label: 'service_instance',
          labels: ['layer', 'limit', 'service'],
          shown: () => ({ scope: 'ServiceInstance' }),
          names: (conditions, duration, o) => this.#instances(conditions, duration, o),
        },
      ],
      [
        'endpoint_traffic',
        {
          label: 'endpoint',
          labels: ['layer', 'limit', 'service', 'keyword'],
          shown: () => ({ scope: 'Endpoint' }),
          names: (conditions, duration, o) => this.#endpoints(conditions, duration, o),
        },
      ],
      ...zipkinTraffic(reads),
    ] satisfies readonly (readonly [string, Traffic])[]);
  }

  find(name: string | undefined): Traffic | undefined {
    return name === undefined ? undefined : this.#all.get(name);
  }

  /** The names that fulfil all conditions, at most as many as asked for. Throws ApiError `bad_data`. */
  async list(traffic: Traffic, conditions: LabelConditions, duration: Duration, limit: number | undefined, o: ReadOptions) {
    const { label } = traffic;
    const other = conditions.patterns.find((m) => m.label !== label);
    if (other !== undefined) refuse(`The label ${other.label} takes = only here (got ${other.op}).`);
    const tests = conditions.patterns.map(conditionOf);
    const exact = conditions.fixed.get(label);
    if (exact) tests.push((name) => name === exact);
    const most = Math.min(limit ?? Number.POSITIVE_INFINITY, limitOf(conditions));
    const names: string[] = [];
    for (const name of await traffic.names(conditions, duration, o)) {
      if (names.length >= most) break;
      if (tests.length > 0) await fairTurn(o.signal);
      if (tests.every((test) => test(name))) names.push(name);
    }
    return names;
  }

  async #services({ fixed }: LabelConditions, o: ReadOptions): Promise<readonly string[]> {
    const services = await this.metadata.services({ layer: layerOf(fixed) }, o);
    return services.map(({ name }) => name).sort();
  }

  async #instances({ fixed }: LabelConditions, duration: Duration, o: ReadOptions): Promise<readonly string[]> {
    const instances = await this.metadata.instances(serviceOf(fixed), duration, o);
    return instances.map(({ name }) => name);
  }

  async #endpoints(conditions: LabelConditions, duration: Duration, o: ReadOptions): Promise<readonly string[]> {
    const { fixed, patterns } = conditions;
    const keyword = fixed.get('keyword') || fixed.get('endpoint') || '';
    const searched = patterns.length > 0 || fixed.has('endpoint');
    const filter = { keyword, limit: searched ? MOST_NAMES : limitOf(conditions), duration };
    const endpoints = await this.metadata.endpoints(serviceOf(fixed), filter, o);
    return endpoints.map(({ name }) => name);
  }
}

function serviceOf(fixed: ReadonlyMap<FixedLabel, string>): string {
  const layer = layerOf(fixed);
  requireLabels(fixed, ['service']);
  return serviceId(fixed.get('service')!, isNormalLayer(layer));
}
