import type { Column } from '../pieces.js';

/** Load, share of calls that succeed, and mean latency of the entities that `prefix` names. */
export const callColumns = (prefix: string): readonly Column[] => [
  ['Load', `${prefix}_cpm`, 'calls / min'],
  ['Success Rate', `${prefix}_sla`, '%', '/100'],
  ['Latency', `${prefix}_resp_time`, 'ms'],
];
