import type { Dashboard } from '../dashboard.js';
import { card, controlPage, endpointTable, events, instanceTable, line, samples, serviceTable, tabs } from '../pieces.js';
import { callColumns } from './call-columns.js';
import { callCharts, endpointMap, layerRankings, percentileChart, SERVICE_SUMMARY, serviceMap, serviceRankings } from './call-pieces.js';
import { type Family, relationDashboards } from './call-relations.js';
import { runtimePages } from './runtimes.js';

const family: Family = { layer: 'GENERAL', prefix: 'General', proxied: false };
const { layer } = family;

const root: Dashboard = {
  layer,
  entity: 'All',
  name: 'General-Root',
  isRoot: true,
  path: '/General-Service/Services',
  pieces: [
    tabs(
      {
        name: 'Service',
        pieces: [
          serviceTable('General-Service', [...callColumns('service'), ['Apdex', 'service_apdex', '', '/10000']]),
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
  name: 'General-Service',
  isDefault: true,
  summary: SERVICE_SUMMARY,
  pieces: [
    tabs(
      {
        name: 'Overview',
        pieces: [
          card('Apdex', 'avg(service_apdex)/10000', 'Apdex'),
          card('Success Rate', 'avg(service_sla)/100', 'Success Rate', '%'),
          card('Load', 'avg(service_cpm)', 'Load', 'calls / min'),
          ...callCharts('service'),
          percentileChart('service_percentile'),
          line('Apdex', ['service_apdex/10000', 'Apdex']),
          line(
            'Message Queue: Consumption',
            ['service_mq_consume_count', 'Messages', 'messages / min'],
            ['service_mq_consume_latency', 'Latency', 'ms'],
          ),
          ...serviceRankings(family),
        ],
      },
      { name: 'Instance', pieces: [instanceTable('General-Instance', callColumns('service_instance'))] },
      { name: 'Endpoint', pieces: [endpointTable('General-Endpoint', callColumns('endpoint'))] },
      { name: 'Topology', pieces: [serviceMap(family, 1)] },
      controlPage('Trace', 'Trace'),
      controlPage('Log', 'Log'),
      { name: 'Slow Statements', pieces: [samples('Slow Statements', 'top_n(top_n_service_database_statement,20,des)')] },
      controlPage('Trace Profiling', 'Profile'),
      controlPage('eBPF Profiling', 'Ebpf'),
      controlPage('Async Profiling', 'AsyncProfiling'),
      controlPage('Pprof', 'Pprof'),
    ),
    events,
  ],
};

const instance: Dashboard = {
  layer,
  entity: 'ServiceInstance',
  name: 'General-Instance',
  isDefault: true,
  pieces: [
    tabs(
      {
        name: 'Overview',
        pieces: [
          ...callCharts('service_instance'),
          line('Connection Pools', ['meter_datasource', 'Connections']),
          line('Thread Pools', ['meter_thread_pool', 'Threads']),
        ],
      },
      controlPage('Trace', 'Trace'),
      controlPage('Log', 'Log'),
      ...runtimePages,
    ),
    events,
  ],
};

const endpoint: Dashboard = {
  layer,
  entity: 'Endpoint',
  name: 'General-Endpoint',
  isDefault: true,
  pieces: [
    tabs(
      {
        name: 'Overview',
        pieces: [
          ...callCharts('endpoint'),
          percentileChart('endpoint_percentile'),
          line('Message Queue: Latency of Consumption', ['endpoint_mq_consume_latency', 'Latency', 'ms']),
        ],
      },
      { name: 'Topology', pieces: [endpointMap(family)] },
      controlPage('Trace', 'Trace'),
      controlPage('Log', 'Log'),
    ),
  ],
};

/** Services with agents in them. */
export const generalDashboards: readonly Dashboard[] = [root, service, instance, endpoint, ...relationDashboards(family)];
