import { metricConfig, type Piece, type Shown, type TabPage } from './dashboard.js';

const CHART = { w: 8, h: 13 } as const;
const LIST = { w: 8, h: 18 } as const;
const TABLE = { w: 24, h: 34 } as const;
const WHOLE_PAGE = { w: 24, h: 46 } as const;

/** A widget with a graph of some expressions. */
const widget = (
  title: string,
  graph: Readonly<Record<string, unknown>>,
  shown: readonly Shown[],
  size: { w: number; h: number },
): Piece => ({
  ...size,
  type: 'Widget',
  widget: { title },
  graph,
  expressions: shown.map(([expression]) => expression),
  metricConfig: metricConfig(shown),
});

const LINE = { type: 'Line', step: false, smooth: false, showSymbol: true, showXAxis: true, showYAxis: true };

/** Values over time. */
export const line = (title: string, ...shown: readonly Shown[]): Piece => widget(title, LINE, shown, CHART);

/** Values over time whose area tells something, such as memory in use. */
export const area = (title: string, ...shown: readonly Shown[]): Piece =>
  widget(title, { type: 'Area', opacity: 0.4, showXAxis: true, showYAxis: true }, shown, CHART);

/** One number for the whole range. */
export const card = (title: string, ...shown: Shown): Piece =>
  widget(title, { type: 'Card', fontSize: 20, textAlign: 'center', showUnit: true }, [shown], { w: 8, h: 6 });

/** The best or worst of something; `dashboard`: where a row leads. */
export const topList = (title: string, expression: string, unit: string, dashboard?: string): Piece => ({
  ...widget(title, { type: 'TopList', color: 'purple' }, [[expression, title, unit]], LIST),
  ...(dashboard !== undefined && { valueRelatedDashboard: dashboard }),
});

/** Sampled statements or calls, each with the trace that it was seen in. */
export const samples = (title: string, expression: string): Piece => ({
  ...widget(title, { type: 'TopList', color: 'purple' }, [[expression, title, 'ms']], { w: 24, h: 36 }),
  relatedTrace: { refIdType: 'traceId' },
});

/** A column of a table: what it is called, its metric, its unit, and what is written after the metric, such as `/100`. */
export type Column = readonly [label: string, metric: string, unit: string, scale?: string];

/** A table of services, instances or endpoints with the average and the course of some metrics. */
const table = (title: string, kind: string, dashboardName: string, columns: readonly Column[], more: object = {}): Piece => ({
  ...TABLE,
  type: 'Widget',
  widget: { title },
  graph: { type: kind, dashboardName, fontSize: 12, ...more },
  expressions: columns.map(([, metric, , scale = '']) => `avg(${metric})${scale}`),
  subExpressions: columns.map(([, metric, , scale = '']) => `${metric}${scale}`),
  metricConfig: columns.map(([label, , unit]) => ({ label, unit, detailLabel: label })),
});

export const serviceTable = (dashboard: string, columns: readonly Column[], showGroup = true): Piece =>
  table('Services', 'ServiceList', dashboard, columns, { showGroup });
export const instanceTable = (dashboard: string, columns: readonly Column[]): Piece =>
  table('Instances', 'InstanceList', dashboard, columns);
export const endpointTable = (dashboard: string, columns: readonly Column[]): Piece =>
  table('Endpoints', 'EndpointList', dashboard, columns);

/** What a topology map shows at its nodes and links. */
export interface MapSettings {
  readonly depth?: number;
  /** Dashboard of a link. */
  readonly link: string;
  /** Dashboard of a node; of services, one for each kind of entity below a service. */
  readonly node: string | ReadonlyArray<{ readonly scope: string; readonly dashboard: string }>;
  readonly nodes: readonly Shown[];
  readonly servers: readonly Shown[];
  readonly clients?: readonly Shown[];
  /** A node for which this is 1 is shown as unhealthy. */
  readonly unhealthy?: string;
}

/** A map of who calls whom. */
export const topology = ({ depth = 2, link, node, nodes, servers, clients = [], unhealthy }: MapSettings): Piece => ({
  ...WHOLE_PAGE,
  type: 'Topology',
  graph: { showDepth: true, depth },
  linkDashboard: link,
  nodeDashboard: node,
  nodeExpressions: nodes.map(([expression]) => expression),
  nodeMetricConfig: metricConfig(nodes),
  linkServerExpressions: servers.map(([expression]) => expression),
  linkServerMetricConfig: metricConfig(servers),
  linkClientExpressions: clients.map(([expression]) => expression),
  linkClientMetricConfig: metricConfig(clients),
  ...(unhealthy !== undefined && {
    legendMQE: { expression: unhealthy },
    description: { healthy: 'Healthy', unhealthy: 'Unhealthy: many calls fail' },
  }),
});

/** What the interface draws by itself: traces, logs, profiles and the like. */
export const control = (type: string, settings: Readonly<Record<string, unknown>> = {}): Piece => ({ ...WHOLE_PAGE, ...settings, type });

/** What happened to a service or an instance, on a time line. */
export const events: Piece = { w: 24, h: 12, type: 'Event', graph: { showBackground: true } };

/** A page of its own for a control. */
export const controlPage = (name: string, type: string, settings?: Readonly<Record<string, unknown>>): TabPage => ({
  name,
  pieces: [control(type, settings)],
});

export const tabs = (...pages: readonly TabPage[]): Piece => ({ w: 24, h: 0, type: 'Tab', tabs: pages });
