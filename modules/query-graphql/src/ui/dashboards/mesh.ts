import type { Dashboard, Piece, Shown } from '../dashboard.js';
import { area, controlPage, endpointTable, events, instanceTable, line, serviceTable, tabs } from '../pieces.js';
import { callColumns } from './call-columns.js';
import {
  callCharts,
  endpointMap,
  layerRankings,
  percentileChart,
  proxyLatencyChart,
  SERVICE_SUMMARY,
  serviceMap,
  serviceRankings,
  throughputChart,
} from './call-pieces.js';
import { type Family, relationDashboards } from './call-relations.js';
import { processDashboards } from './mesh-processes.js';

const family: Family = { layer: 'MESH', prefix: 'Mesh', proxied: true };
const { layer } = family;

const root: Dashboard = {
  layer,
  entity: 'All',
  name: 'Mesh-Root',
  isRoot: true,
  path: '/Service-Mesh/Services',
  pieces: [
    tabs(
      {
        name: 'Service',
        pieces: [
          serviceTable('Mesh-Service', [...callColumns('service'), ['Apdex', 'service_apdex', '', '/10000']]),
          ...layerRankings(family),
        ],
      },
      { name: 'Topology', pieces: [serviceMap(family, 2)] },
      controlPage('Trace', 'Trace'),
      controlPage('Log', 'Log'),
    ),
  ],
};

const service: Dashboard = {
  layer,
  entity: 'Service',
  name: 'Mesh-Service',
  isDefault: true,
  summary: SERVICE_SUMMARY,
  pieces: [
    tabs(
      {
        name: 'Overview',
        pieces: [
          ...callCharts('service'),
          percentileChart('service_percentile'),
          throughputChart('service'),
          proxyLatencyChart('service'),
          ...serviceRankings(family),
        ],
      },
      { name: 'Instance', pieces: [instanceTable('Mesh-Instance', callColumns('service_instance'))] },
      { name: 'Endpoint', pieces: [endpointTable('Mesh-Endpoint', callColumns('endpoint'))] },
      { name: 'Topology', pieces: [serviceMap(family, 1)] },
      controlPage('Trace', 'Trace'),
      controlPage('Log', 'Log'),
      controlPage('eBPF Profiling', 'Ebpf'),
      controlPage('Continuous Profiling', 'ContinuousProfiling', {
        instanceDashboardName: 'Mesh-Instance',
        processDashboardName: 'Mesh-Process',
      }),
    ),
    events,
  ],
};

const MIB = '/1024/1024';
const envoy = (title: string, unit: string, make: typeof line, ...metrics: ReadonlyArray<readonly [string, string]>): Piece =>
  make(title, ...metrics.map(([metric, label]): Shown => [`envoy_${metric}`, label, unit]));

const proxy: readonly Piece[] = [
  envoy(
    'Memory',
    'MB',
    area,
    [`heap_memory_used${MIB}`, 'Heap'],
    [`heap_memory_max_used${MIB}`, 'Largest heap'],
    [`memory_allocated${MIB}`, 'Allocated'],
    [`memory_allocated_max${MIB}`, 'Most allocated'],
    [`memory_physical_size${MIB}`, 'Physical'],
    [`memory_physical_size_max${MIB}`, 'Most physical'],
  ),
  envoy('Connections', '', line, ['total_connections_used', 'All'], ['parent_connections_used', 'Of the parent']),
  envoy('Workers', '', line, ['worker_threads', 'Threads'], ['worker_threads_max', 'Most']),
  envoy('Assertion Failures', '', line, ['bug_failures', 'Failures']),
  envoy('Healthy Members', '', line, ['cluster_membership_healthy', 'Members']),
  envoy('Upstream Connections', '', line, ['cluster_up_cx_active', 'Active'], ['cluster_up_cx_incr', 'New']),
  envoy(
    'Upstream Requests',
    '',
    line,
    ['cluster_up_rq_active', 'Active'],
    ['cluster_up_rq_pending_active', 'Pending'],
    ['cluster_up_rq_incr', 'New'],
  ),
];

const instance: Dashboard = {
  layer,
  entity: 'ServiceInstance',
  name: 'Mesh-Instance',
  isDefault: true,
  pieces: [
    tabs(
      {
        name: 'Overview',
        pieces: [...callCharts('service_instance'), throughputChart('service_instance'), proxyLatencyChart('service_instance')],
      },
      { name: 'Envoy', expression: 'is_present(envoy_heap_memory_used)', pieces: proxy },
      controlPage('Trace', 'Trace'),
      controlPage('Log', 'Log'),
      controlPage('Network Profiling', 'NetworkProfiling', { linkDashboard: 'Mesh-Process-Relation-Metrics' }),
    ),
    events,
  ],
};

const endpoint: Dashboard = {
  layer,
  entity: 'Endpoint',
  name: 'Mesh-Endpoint',
  isDefault: true,
  pieces: [
    tabs(
      {
        name: 'Overview',
        pieces: [...callCharts('endpoint'), percentileChart('endpoint_percentile'), proxyLatencyChart('endpoint')],
      },
      { name: 'Topology', pieces: [endpointMap(family)] },
      controlPage('Trace', 'Trace'),
      controlPage('Log', 'Log'),
    ),
  ],
};

/** Services that are known from the proxies beside them. */
export const meshDashboards: readonly Dashboard[] = [
  root,
  service,
  instance,
  endpoint,
  ...relationDashboards(family),
  ...processDashboards,
];
