/** What the figures are measured against: design.md 7. A figure is good at or below its goal. */
export const GOALS = {
  readySeconds: 2,
  idleRssMiB: 120,
  /** At 15 000 segments a second. */
  rssMiB: 350,
  loopDelayP99: 50,
  /** Bytes on disk per segment, from 640 segments a second up. */
  diskPerSegment: 380,
} as const;

/** How many times the goal a figure is; empty without a goal. */
export const timesGoal = (figure: number, goal: number | undefined): string => (goal === undefined ? '' : `${(figure / goal).toFixed(2)}x`);
