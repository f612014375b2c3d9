import type { Dashboard, Piece, Shown } from '../dashboard.js';
import { percentiles, relationPercentiles } from '../expressions.js';
import { line, tabs, topology } from '../pieces.js';

/** The words by which a family of dashboards is made. */
export interface Family {
  readonly layer: string;
  /** Begins the name of each dashboard. */
  readonly prefix: string;
  /** There are proxies, which count bytes. */
  readonly proxied: boolean;
}

type Side = 'client' | 'server';
const SIDES: ReadonlyArray<readonly [Side, string]> = [
  ['client', 'Client'],
  ['server', 'Server'],
];

/** Metrics of a relation as one side saw it. */
function sideCharts(relation: string, side: Side, name: string, quantiles: (metric: string) => string, proxied: boolean): Piece[] {
  const metric = `${relation}_${side}`;
  const charts = [
    line(`${name} Side: Load`, [`${metric}_cpm`, 'Load', 'calls / min']),
    line(`${name} Side: Success Rate`, [`${metric}_call_sla/100`, 'Success Rate', '%']),
    line(`${name} Side: Latency`, [`${metric}_resp_time`, 'Latency', 'ms']),
    line(`${name} Side: Latency Percentiles`, [quantiles(`${metric}_percentile`), 'Latency', 'ms']),
  ];
  if (proxied) {
    charts.push(
      line(`${name} Side: Received`, [`${metric}_received`, 'Received', 'bytes / min']),
      line(`${name} Side: Sent`, [`${metric}_sent`, 'Sent', 'bytes / min']),
    );
  }
  return charts;
}

/** The time that proxies take themselves, as one side saw it. */
const proxyLatency = (scope: string, side: Side, name: string): Piece =>
  line(
    `${name} Proxy: Own Latency`,
    [`${scope}_${side}_sidecar_internal_req_latency_nanos`, 'Request', 'ns'],
    [`${scope}_${side}_sidecar_internal_resp_latency_nanos`, 'Response', 'ns'],
  );

/** Latency and load of a link between instances. */
const instanceLink = (side: Side): readonly Shown[] => [
  [`avg(service_instance_relation_${side}_resp_time)`, 'Latency', 'ms'],
  [`avg(service_instance_relation_${side}_cpm)`, 'Load', 'calls / min'],
];

/** Dashboards of the links of topology maps. */
export function relationDashboards({ layer, prefix, proxied }: Family): readonly Dashboard[] {
  const quantiles = proxied ? percentiles : relationPercentiles;
  const charts = (relation: string, scope: string) => [
    ...SIDES.flatMap(([side, name]) => sideCharts(relation, side, name, quantiles, proxied)),
    ...(proxied ? SIDES.map(([side, name]) => proxyLatency(scope, side, name)) : []),
  ];
  const instances = topology({
    link: `${prefix}-Instance-Relation`,
    node: `${prefix}-Instance`,
    nodes: [
      ['avg(service_instance_sla/100)', 'Success Rate', '%'],
      ['avg(service_instance_cpm)', 'Load', 'calls / min'],
      ['avg(service_instance_resp_time)', 'Latency', 'ms'],
    ],
    servers: instanceLink('server'),
    clients: instanceLink('client'),
  });
  return [
    {
      layer,
      entity: 'ServiceRelation',
      name: `${prefix}-Service-Relation`,
      pieces: [
        tabs({ name: 'Overview', pieces: charts('service_relation', 'service') }, { name: 'Instance Topology', pieces: [instances] }),
      ],
    },
    {
      layer,
      entity: 'ServiceInstanceRelation',
      name: `${prefix}-Instance-Relation`,
      pieces: charts('service_instance_relation', 'instance'),
    },
    {
      layer,
      entity: 'EndpointRelation',
      name: `${prefix}-Endpoint-Relation`,
      pieces: [
        line('Load', ['endpoint_relation_cpm', 'Load', 'calls / min']),
        line('Success Rate', ['endpoint_relation_sla/100', 'Success Rate', '%']),
        line('Latency', ['endpoint_relation_resp_time', 'Latency', 'ms']),
        line('Latency Percentiles', [percentiles('endpoint_relation_percentile'), 'Latency', 'ms']),
      ],
    },
  ];
}
