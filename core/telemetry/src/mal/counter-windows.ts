export interface CounterWindowsOptions {
  /** Most series remembered; 100 000 if not given. */
  readonly maximum?: number;
  /** A series that was not seen for this long, in ms, is forgotten; it may stay up to twice as long. 30 min if not given. */
  readonly idle?: number;
}

/** Earlier values of counters, for increase, rate and irate. Bounded; see {@link CounterWindowsOptions}. */
export class CounterWindows {
  /** Series forgotten because there were too many; each then has a gap in its metrics. */
  evicted = 0;
  /** Series forgotten because they were not seen any more. */
  expired = 0;
  /** Samples older than the newest of their series; they have no increase. */
  late = 0;
  constructor(readonly options: CounterWindowsOptions = {}) {}
  /** Series that are remembered. */
  get size(): number {
    return 0;
  }
}
