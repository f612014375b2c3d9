import type { Dashboard, Shown } from '../dashboard.js';
import { percentiles } from '../expressions.js';
import { type Column, endpointTable, line, samples, serviceTable, tabs } from '../pieces.js';
import { callColumns } from './call-columns.js';
import { callCharts, percentileChart } from './call-pieces.js';

const summaryOf = (prefix: string): readonly Shown[] => [
  [`avg(${prefix}_sla)/100`, 'Success Rate', '%'],
  [`avg(${prefix}_cpm)`, 'Load', 'calls / min'],
  [`avg(${prefix}_resp_time)`, 'Latency', 'ms'],
];

const databases: readonly Dashboard[] = [
  {
    layer: 'VIRTUAL_DATABASE',
    entity: 'All',
    name: 'Virtual-Database-Root',
    isRoot: true,
    path: '/General-Service/Virtual-Database',
    pieces: [serviceTable('Virtual-Database-Service', callColumns('database_access'), false)],
  },
  {
    layer: 'VIRTUAL_DATABASE',
    entity: 'Service',
    name: 'Virtual-Database-Service',
    isDefault: true,
    summary: summaryOf('database_access'),
    pieces: [
      tabs(
        { name: 'Overview', pieces: [...callCharts('database_access'), percentileChart('database_access_percentile')] },
        { name: 'Slow Statements', pieces: [samples('Slow Statements', 'top_n(top_n_database_statement,10,des)')] },
      ),
    ],
  },
];

const cachePage = (name: string, kind: string) => ({
  name,
  pieces: [...callCharts(`cache_${kind}`), percentileChart(`cache_${kind}_percentile`)],
});

const caches: readonly Dashboard[] = [
  {
    layer: 'VIRTUAL_CACHE',
    entity: 'All',
    name: 'Virtual-Cache-Root',
    isRoot: true,
    path: '/General-Service/Virtual-Cache',
    pieces: [serviceTable('Virtual-Cache-Service', callColumns('cache_access'), false)],
  },
  {
    layer: 'VIRTUAL_CACHE',
    entity: 'Service',
    name: 'Virtual-Cache-Service',
    isDefault: true,
    summary: summaryOf('cache_access'),
    pieces: [
      tabs(
        cachePage('Overview', 'access'),
        cachePage('Reads', 'read'),
        cachePage('Writes', 'write'),
        { name: 'Slow Reads', pieces: [samples('Slow Reads', 'top_n(top_n_cache_read_command,10,des)')] },
        { name: 'Slow Writes', pieces: [samples('Slow Writes', 'top_n(top_n_cache_write_command,10,des)')] },
      ),
    ],
  },
];

/** Consumption and production, as one table shows them. */
const queueColumns = (prefix: string): readonly Column[] => [
  ['Latency of Consumption', `${prefix}_consume_latency`, 'ms'],
  ['Success of Consumption', `${prefix}_consume_sla`, '%', '/100'],
  ['Consumption', `${prefix}_consume_cpm`, 'messages / min'],
  ['Success of Production', `${prefix}_produce_sla`, '%', '/100'],
  ['Production', `${prefix}_produce_cpm`, 'messages / min'],
];

const queueCharts = (prefix: string) => [
  line('Messages', [`${prefix}_consume_cpm`, 'Consumed', 'messages / min'], [`${prefix}_produce_cpm`, 'Produced', 'messages / min']),
  line('Success Rate', [`${prefix}_consume_sla/100`, 'Consumption', '%'], [`${prefix}_produce_sla/100`, 'Production', '%']),
  line('Latency of Consumption', [`${prefix}_consume_latency`, 'Latency', 'ms']),
  line('Latency of Consumption: Percentiles', [percentiles(`${prefix}_consume_percentile`), 'Latency', 'ms']),
];

const queues: readonly Dashboard[] = [
  {
    layer: 'VIRTUAL_MQ',
    entity: 'All',
    name: 'Virtual-MQ-Root',
    isRoot: true,
    path: '/General-Service/Virtual-MQ',
    pieces: [serviceTable('Virtual-MQ-Service', queueColumns('mq_service'), false)],
  },
  {
    layer: 'VIRTUAL_MQ',
    entity: 'Service',
    name: 'Virtual-MQ-Service',
    isDefault: true,
    summary: [
      ['avg(mq_service_consume_cpm)', 'Consumption', 'messages / min'],
      ['avg(mq_service_produce_cpm)', 'Production', 'messages / min'],
      ['avg(mq_service_consume_latency)', 'Latency of Consumption', 'ms'],
    ],
    pieces: [
      tabs(
        { name: 'Overview', pieces: queueCharts('mq_service') },
        { name: 'Endpoint', pieces: [endpointTable('Virtual-MQ-Endpoint', queueColumns('mq_endpoint'))] },
      ),
    ],
  },
  { layer: 'VIRTUAL_MQ', entity: 'Endpoint', name: 'Virtual-MQ-Endpoint', pieces: queueCharts('mq_endpoint') },
];

/** Databases, caches and message queues that are known from those who call them. */
export const virtualDashboards: readonly Dashboard[] = [...databases, ...caches, ...queues];
