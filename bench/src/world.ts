import { SegmentTemplate } from './segment-template.js';

/** How many of each a load has. */
export interface World {
  readonly services: number;
  /** Per service. */
  readonly instances: number;
  /** Per service. */
  readonly endpoints: number;
}

/**
 * The systems that the load plays. `usual` is of the size that one server mostly watches: 500 endpoints. `wide` has 5 000, so that nearly every
 * segment of a window is about other entities, which is what metrics cost most for.
 */
export const WORLDS = {
  usual: { services: 20, instances: 2, endpoints: 25 },
  wide: { services: 50, instances: 2, endpoints: 100 },
} as const satisfies Record<string, World>;

export const serviceName = (i: number): string => `shop::service-${String(i).padStart(2, '0')}`;
export const endpointName = (i: number): string => `POST:/api/v1/resource-${String(i).padStart(3, '0')}/order`;

const MOST_ENDPOINTS = 100;
/** Of the first n endpoints, the sum of their popularity: the nth is chosen 1/n as often as the first (Zipf). */
const popularity: readonly number[] = (() => {
  let sum = 0;
  return Array.from({ length: MOST_ENDPOINTS }, (_, rank) => {
    sum += 1 / (rank + 1);
    return sum;
  });
})();

/** Number of a template: any service and instance, and an endpoint as users choose them, or all alike when `even`. */
export function pick(even: boolean, { services, instances, endpoints }: World = WORLDS.usual): number {
  const owner = Math.floor(Math.random() * services * instances);
  const at = Math.random() * popularity[endpoints - 1]!;
  const endpoint = even ? Math.floor(Math.random() * endpoints) : popularity.findIndex((sum) => at < sum);
  return owner * endpoints + endpoint;
}

/** How many times longer than the median a request takes: half of them between 0.5 and 2, one in 100 above 10. */
export const stretch = (): number => Math.exp(gauss());

/** Normally distributed, after Box and Muller. */
const gauss = (): number => Math.sqrt(-2 * Math.log(1 - Math.random())) * Math.cos(2 * Math.PI * Math.random());

/** One template per service, instance and endpoint; service n is called by service n - 1, service 0 from outside. */
export function makeTemplates(world: World = WORLDS.usual): SegmentTemplate[] {
  const templates: SegmentTemplate[] = [];
  for (let s = 0; s < world.services; s++) {
    for (let i = 0; i < world.instances; i++) {
      for (let e = 0; e < world.endpoints; e++) templates.push(template(world, s, i, e));
    }
  }
  return templates;
}

function template(world: World, s: number, i: number, e: number): SegmentTemplate {
  const instance = (service: number): string => `service-${service}-pod-${i}@10.0.${service}.${i + 1}`;
  return new SegmentTemplate({
    service: serviceName(s),
    instance: instance(s),
    endpoint: endpointName(e),
    ...(s > 0 && { caller: { service: serviceName(s - 1), instance: instance(s - 1), endpoint: endpointName(e) } }),
    address: `service-${s}.shop.svc:8080`,
    calls: `service-${(s + 1) % world.services}.shop.svc:8080`,
    database: `mysql-${s % 5}.shop.svc:3306`,
  });
}
