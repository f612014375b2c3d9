/** What a task looks at. */
export type TargetType = 'ON_CPU' | 'OFF_CPU' | 'NETWORK';
/** All of them, as queries have them that name none. */
export const TARGET_TYPES: readonly TargetType[] = ['ON_CPU', 'OFF_CPU', 'NETWORK'];

/** Which requests a network task keeps whole. Absent numbers: the agent's own. */
export interface SamplingRule {
  readonly uriRegex?: string;
  /** ms. */
  readonly minDuration?: number;
  readonly when4xx: boolean;
  readonly when5xx: boolean;
  readonly settings: {
    readonly requireCompleteRequest: boolean;
    /** Bytes. */
    readonly maxRequestSize?: number;
    readonly requireCompleteResponse: boolean;
    readonly maxResponseSize?: number;
  };
}

/** A task that somebody ordered, for a fixed time. Times are ms since the epoch. */
export interface FixedTask {
  readonly id: string;
  /** Ids. `instance` only for network tasks. */
  readonly service: string;
  readonly instance?: string;
  /** Only processes with all of these. */
  readonly labels: readonly string[];
  readonly target: TargetType;
  readonly startTime: number;
  readonly seconds: number;
  readonly createTime: number;
  /** Agents ask for what is later than the latest that they have. */
  readonly updateTime: number;
  readonly samplings: readonly SamplingRule[];
}

/** When a task ends. */
export const endOf = ({ startTime, seconds }: Pick<FixedTask, 'startTime' | 'seconds'>): number => startTime + seconds * 1000;
