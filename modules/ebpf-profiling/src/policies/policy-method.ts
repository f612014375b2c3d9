import type { AgentCommand } from '@skein/proto';
import { decodePolicyQuery } from '@skein/proto/ebpf';
import { type Naming, serviceId } from '@skein/telemetry';
import type { PolledMethod } from '../polled-method.js';
import type { Policies } from './policies.js';
import type { Policy } from './policy.js';

/** Tells an eBPF agent the policies that are other ones than it has. */
export const policyMethod = (listener: string, policies: Policies, naming: Naming): PolledMethod => ({
  listener,
  path: '/skywalking.v3.ContinuousProfilingService/queryPolicies',
  commands: async (request) => {
    const asked = decodePolicyQuery(request).policies ?? [];
    const uuids = new Map<string, string>();
    for (const { serviceName, uuid } of asked) if (!uuids.has(serviceName ?? '')) uuids.set(serviceName ?? '', uuid ?? '');
    const changed: ServicePolicy[] = [];
    for (const [service, uuid] of uuids) {
      const policy = await policies.ofService(serviceId(naming.service(service), true));
      if (uuid !== (policy?.uuid ?? '')) changed.push({ service, policy });
    }
    return changed.length === 0 ? [] : [policyCommand(changed)];
  },
});

interface ServicePolicy {
  /** Name of the service, as the agent has it. */
  readonly service: string;
  /** undefined: it has none any more. */
  readonly policy: Policy | undefined;
}

/** One command for all policies that changed. Source: receivers.md 6.15. */
export const policyCommand = (changed: readonly ServicePolicy[]): AgentCommand => ({
  name: 'ContinuousProfilingPolicyQuery',
  args: [['ServiceWithPolicyJSON', JSON.stringify(changed.map(policyJson))]],
});

const policyJson = ({ service, policy }: ServicePolicy): object => ({
  ServiceName: service,
  UUID: policy?.uuid ?? '',
  ...(policy !== undefined && { Profiling: Object.fromEntries(policy.targets.map(({ target, items }) => [target, itemsJson(items)])) }),
});

const itemsJson = (items: Policy['targets'][number]['items']): object =>
  Object.fromEntries(
    items.map(({ type, threshold, period, count, uriList, uriRegex }) => [
      type,
      { Threshold: threshold, Period: period, Count: count, URIList: uriList, URIRegex: uriRegex },
    ]),
  );
