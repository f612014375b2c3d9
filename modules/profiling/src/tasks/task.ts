/** What tasks of all kinds have in common. Times are ms since the epoch. */
export interface Task {
  /** `<createTime>_<serviceId>`. */
  readonly id: string;
  readonly serviceId: string;
  readonly createTime: number;
  /** When agents begin. */
  readonly startTime: number;
  /** When they are done. */
  readonly endTime: number;
}

/** A profile of the threads of slow traces of one endpoint. */
export interface ProfileTask extends Task {
  readonly endpointName: string;
  /** Minutes. */
  readonly duration: number;
  /** ms. */
  readonly minDurationThreshold: number;
  /** ms. */
  readonly dumpPeriod: number;
  readonly maxSamplingCount: number;
}

/** A recording by async-profiler. */
export interface AsyncProfilerTask extends Task {
  readonly instanceIds: readonly string[];
  /** Seconds. */
  readonly duration: number;
  /** Names of the query protocol. */
  readonly events: readonly string[];
  readonly execArgs: string;
}

/** A profile by the runtime of Go. */
export interface PprofTask extends Task {
  readonly instanceIds: readonly string[];
  /** Minutes; 0 for profiles of a moment. */
  readonly duration: number;
  /** Name of the query protocol; one, although the protocol has the plural. */
  readonly event: string;
  readonly dumpPeriod: number;
}

/** The service that a task id names; undefined when the text is none. */
export function serviceOfTask(taskId: string): string | undefined {
  const at = taskId.indexOf('_');
  return at > 0 && at < taskId.length - 1 ? taskId.slice(at + 1) : undefined;
}

/** Whether a task is at work in some moment from `start` to `end`. */
export const overlaps = (task: Task, start: number, end: number): boolean => task.startTime <= end && start <= task.endTime;
