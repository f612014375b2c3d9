import type { TargetType } from '../tasks/task.js';

/** What an agent watches of a process, by the number that the protocol has for it. */
export const MONITOR_TYPES = ['PROCESS_CPU', 'PROCESS_THREAD_COUNT', 'SYSTEM_LOAD', 'HTTP_ERROR_RATE', 'HTTP_AVG_RESPONSE_TIME'] as const;
export type MonitorType = (typeof MONITOR_TYPES)[number];

/** When profiling begins: the value was at or above the threshold in `count` of the last `period` seconds. */
export interface PolicyItem {
  readonly type: MonitorType;
  /** A whole number; percent for PROCESS_CPU and HTTP_ERROR_RATE, ms for HTTP_AVG_RESPONSE_TIME. */
  readonly threshold: string;
  readonly period: number;
  readonly count: number;
  /** Which requests; without both: all. */
  readonly uriList?: readonly string[];
  readonly uriRegex?: string;
}
/** What is profiled when one of the items says so. */
export interface PolicyTarget {
  readonly target: TargetType;
  readonly items: readonly PolicyItem[];
}
/** The policy of a service. */
export interface Policy {
  /** Digest by which an agent tells that it has it already. */
  readonly uuid: string;
  readonly targets: readonly PolicyTarget[];
}
