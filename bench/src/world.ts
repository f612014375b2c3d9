import { SegmentTemplate } from './segment-template.js';

/** How many of each the load has. 50 services of 100 endpoints are 5 000 endpoint entities. */
export const WORLD = { services: 50, instances: 2, endpoints: 100 } as const;

export const serviceName = (i: number): string => `shop::service-${String(i).padStart(2, '0')}`;
export const endpointName = (i: number): string => `POST:/api/v1/resource-${String(i).padStart(3, '0')}/order`;

const cumulative = (() => {
  let sum = 0;
  return Array.from({ length: WORLD.endpoints }, (_, rank) => {
    sum += 1 / (rank + 1);
    return sum;
  });
})();

/**
 * Number of a template: any service and instance, and an endpoint as users choose them, the nth one 1/n as often as the first (Zipf), or
 * all alike when `even`.
 */
export function pick(even: boolean): number {
  const owner = Math.floor(Math.random() * WORLD.services * WORLD.instances);
  const at = Math.random() * cumulative.at(-1)!;
  const endpoint = even ? Math.floor(Math.random() * WORLD.endpoints) : cumulative.findIndex((sum) => at < sum);
  return owner * WORLD.endpoints + endpoint;
}

/** How many times longer than the median a request takes: half of them between 0.5 and 2, one in 100 above 10. */
export const stretch = (): number => Math.exp(gauss());

/** Normally distributed, after Box and Muller. */
const gauss = (): number => Math.sqrt(-2 * Math.log(1 - Math.random())) * Math.cos(2 * Math.PI * Math.random());

/** One template per service, instance and endpoint; service n is called by service n - 1, service 0 from outside. */
export function makeTemplates(): SegmentTemplate[] {
  const templates: SegmentTemplate[] = [];
  for (let s = 0; s < WORLD.services; s++) {
    for (let i = 0; i < WORLD.instances; i++) {
      for (let e = 0; e < WORLD.endpoints; e++) templates.push(template(s, i, e));
    }
  }
  return templates;
}

function template(s: number, i: number, e: number): SegmentTemplate {
  const instance = (service: number): string => `service-${service}-pod-${i}@10.0.${service}.${i + 1}`;
  return new SegmentTemplate({
    service: serviceName(s),
    instance: instance(s),
    endpoint: endpointName(e),
    ...(s > 0 && { caller: { service: serviceName(s - 1), instance: instance(s - 1), endpoint: endpointName(e) } }),
    address: `service-${s}.shop.svc:8080`,
    calls: `service-${(s + 1) % WORLD.services}.shop.svc:8080`,
    database: `mysql-${s % 5}.shop.svc:3306`,
  });
}
