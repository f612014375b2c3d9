/** What a dashboard is about; the names are the protocol's (query.md 6.4). */
export type DashboardEntity =
  | 'All'
  | 'Service'
  | 'ServiceInstance'
  | 'Endpoint'
  | 'Process'
  | 'ServiceRelation'
  | 'ServiceInstanceRelation'
  | 'EndpointRelation'
  | 'ProcessRelation';

/** How the values of one expression are shown. */
export interface MetricConfig {
  readonly label?: string;
  readonly unit?: string;
}

/** Something on a dashboard that has a size, in columns (of 24) and rows (of 20 pixels), but no place yet. */
export interface Piece {
  readonly type: string;
  readonly w: number;
  readonly h: number;
  readonly tabs?: readonly TabPage[];
  readonly [setting: string]: unknown;
}

/** One of the pages between which a reader chooses. */
export interface TabPage {
  readonly name: string;
  /** The page can be chosen only when this expression is not 0. */
  readonly expression?: string;
  readonly pieces: readonly Piece[];
}

/** A dashboard of a web interface. Its layer, entity and name are the key by which others link to it. */
export interface Dashboard {
  readonly layer: string;
  readonly entity: DashboardEntity;
  readonly name: string;
  /** Opened from the menu; its entity is `All` or `Service`. */
  readonly isRoot?: boolean;
  /** Shown for entities of its layer and kind that are reached from other layers. */
  readonly isDefault?: boolean;
  /** Where the menu has it. */
  readonly path?: string;
  /** What a default dashboard tells about its entity in a few words. */
  readonly summary?: readonly Shown[];
  readonly pieces: readonly Piece[];
}

/** An MQE expression, what it is called, and its unit. */
export type Shown = readonly [expression: string, label: string, unit?: string];

export const metricConfig = (shown: readonly Shown[]): readonly MetricConfig[] =>
  shown.map(([, label, unit]) => ({ label, ...(unit !== undefined && { unit }) }));
