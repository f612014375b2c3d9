import type { Piece, Shown } from '../dashboard.js';
import { best, percentiles } from '../expressions.js';
import { line, topList, topology } from '../pieces.js';
import type { Family } from './call-relations.js';

/** Latency, load and failures of a service as its default dashboard tells them. */
export const SERVICE_SUMMARY: readonly Shown[] = [
  ['avg(service_sla)/100', 'Success Rate', '%'],
  ['avg(service_cpm)', 'Load', 'calls / min'],
  ['avg(service_resp_time)', 'Latency', 'ms'],
];

const serviceLink = (side: 'client' | 'server'): readonly Shown[] => [
  [`avg(service_relation_${side}_resp_time)`, `Latency (${side})`, 'ms'],
  [`avg(service_relation_${side}_cpm)`, `Load (${side})`, 'calls / min'],
];

/** The map of the services of a layer, or of those around one. */
export const serviceMap = ({ prefix }: Family, depth: number): Piece =>
  topology({
    depth,
    link: `${prefix}-Service-Relation`,
    node: [
      { scope: 'Service', dashboard: `${prefix}-Service` },
      { scope: 'ServiceInstance', dashboard: `${prefix}-Instance` },
      { scope: 'Endpoint', dashboard: `${prefix}-Endpoint` },
    ],
    nodes: [
      ['avg(service_cpm)', 'Load', 'calls / min'],
      ['avg(service_sla/100)', 'Success Rate', '%'],
      ['avg(service_resp_time)', 'Latency', 'ms'],
    ],
    servers: serviceLink('server'),
    clients: serviceLink('client'),
    unhealthy: '(avg(service_sla) < 9500) * (avg(service_cpm) > 1) == 1',
  });

/** The map of what an endpoint depends on. */
export const endpointMap = ({ prefix }: Family): Piece =>
  topology({
    link: `${prefix}-Endpoint-Relation`,
    node: `${prefix}-Endpoint`,
    nodes: [
      ['avg(endpoint_sla/100)', 'Success Rate', '%'],
      ['avg(endpoint_resp_time)', 'Latency', 'ms'],
      ['avg(endpoint_cpm)', 'Load', 'calls / min'],
    ],
    servers: [
      ['avg(endpoint_relation_sla/100)', 'Success Rate', '%'],
      ['avg(endpoint_relation_resp_time)', 'Latency', 'ms'],
      ['avg(endpoint_relation_cpm)', 'Load', 'calls / min'],
    ],
  });

/** The worst and busiest services and endpoints of a layer. */
export function layerRankings({ layer, prefix }: Family): readonly Piece[] {
  const inLayer = `attr0='${layer}'`;
  const [service, endpoint] = [`${prefix}-Service`, `${prefix}-Endpoint`];
  return [
    topList('Services by Load (calls / min)', best('service_cpm', 'des', inLayer), 'calls / min', service),
    topList('Slowest Services (ms)', best('service_resp_time', 'des', inLayer), 'ms', service),
    topList('Services by Success Rate (%)', best('service_sla', 'asc', inLayer, '/100'), '%', service),
    topList('Services by Apdex', best('service_apdex', 'asc', inLayer, '/10000'), '', service),
    topList('Slowest Endpoints (ms)', best('endpoint_resp_time', 'des', inLayer), 'ms', endpoint),
    topList('Endpoints by Success Rate (%)', best('endpoint_sla', 'asc', inLayer, '/100'), '%', endpoint),
  ];
}

/** The worst and busiest instances and endpoints of one service. */
export function serviceRankings({ prefix }: Family): readonly Piece[] {
  const [instance, endpoint] = [`${prefix}-Instance`, `${prefix}-Endpoint`];
  return [
    topList('Instances by Load (calls / min)', best('service_instance_cpm', 'des'), 'calls / min', instance),
    topList('Slowest Instances (ms)', best('service_instance_resp_time', 'des'), 'ms', instance),
    topList('Instances by Success Rate (%)', best('service_instance_sla', 'asc', '', '/100'), '%', instance),
    topList('Endpoints by Load (calls / min)', best('endpoint_cpm', 'des'), 'calls / min', endpoint),
    topList('Slowest Endpoints (ms)', best('endpoint_resp_time', 'des'), 'ms', endpoint),
    topList('Endpoints by Success Rate (%)', best('endpoint_sla', 'asc', '', '/100'), '%', endpoint),
  ];
}

/** Load, success and latency of the entities that `prefix` names. */
export const callCharts = (prefix: string): readonly Piece[] => [
  line('Load', [`${prefix}_cpm`, 'Load', 'calls / min']),
  line('Success Rate', [`${prefix}_sla/100`, 'Success Rate', '%']),
  line('Latency', [`${prefix}_resp_time`, 'Latency', 'ms']),
];

export const percentileChart = (metric: string, title = 'Latency Percentiles'): Piece =>
  line(title, [percentiles(metric), 'Latency', 'ms']);

/** Bytes through the proxies of the entities that `prefix` names. */
export const throughputChart = (prefix: string): Piece =>
  line('Throughput', [`${prefix}_throughput_received`, 'Received', 'bytes / min'], [`${prefix}_throughput_sent`, 'Sent', 'bytes / min']);

/** The time that the proxies of the entities take themselves. */
export const proxyLatencyChart = (prefix: string): Piece =>
  line(
    'Proxy: Own Latency',
    [`${prefix}_sidecar_internal_req_latency_nanos`, 'Request', 'ns'],
    [`${prefix}_sidecar_internal_resp_latency_nanos`, 'Response', 'ns'],
  );
