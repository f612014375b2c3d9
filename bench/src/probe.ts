// Loaded into the server with --import: answers the harness over IPC with what only the process itself knows exactly.
import { monitorEventLoopDelay } from 'node:perf_hooks';

export interface Sample {
  /** CPU time of the whole process, all threads, user and system, microseconds. */
  readonly cpu: number;
  readonly rss: number;
  /** Event-loop delay since the last sample, ms. */
  readonly delayP99: number;
}

/** Ticks that are finer would themselves be a good part of what an idle server costs. */
const RESOLUTION = 20;
/** Holds the time between two ticks of its timer, of which the resolution is no delay. */
const delay = monitorEventLoopDelay({ resolution: RESOLUTION });
delay.enable();

process.on('message', (message) => {
  if (message !== 'sample') return;
  const { user, system } = process.cpuUsage();
  process.send?.({
    cpu: user + system,
    rss: process.memoryUsage.rss(),
    delayP99: Math.max(0, delay.percentile(99) / 1e6 - RESOLUTION),
  } satisfies Sample);
  delay.reset();
});
process.channel?.unref();
