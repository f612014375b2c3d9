import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import type { LoadOrder, LoadResult } from './load.js';
import type { Sample } from './probe.js';
import type { Server } from './server.js';

export interface ScenarioResult {
  readonly name: string;
  readonly acknowledged: number;
  readonly refused: number;
  readonly segmentsPerSecond: number;
  /** Server CPU, all threads, microseconds per acknowledged segment. */
  readonly cpuPerSegment: number;
  readonly rss: number;
  readonly delayP99: number;
  readonly bytesPerSegment: number;
  /** Growth of the data directory per acknowledged segment, after the store has flushed. */
  readonly diskPerSegment: number;
}

/** The load generator's process. */
export class Load {
  private constructor(private readonly child: ChildProcess) {}

  static async start(): Promise<Load> {
    const child = fork(new URL('./load.js', import.meta.url), { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
    await once(child, 'message');
    return new Load(child);
  }

  async play(order: LoadOrder): Promise<LoadResult> {
    const answer = once(this.child, 'message');
    this.child.send(order);
    return (await answer)[0] as LoadResult;
  }

  stop(): void {
    this.child.disconnect();
  }
}

/** Plays one order and draws the figures from before and after it. `settle`: ms for the store to write behind what it acknowledged. */
export async function runScenario(
  name: string,
  server: Server,
  load: Load,
  order: LoadOrder,
  settle: number,
): Promise<ScenarioResult & { traceIds: readonly string[] }> {
  const diskBefore = await server.diskBytes();
  const before: Sample = await server.sample();
  const played = await load.play(order);
  const after: Sample = await server.sample();
  await new Promise((done) => setTimeout(done, settle));
  const disk = (await server.diskBytes()) - diskBefore;
  const flushed = await server.sample();
  return {
    name,
    acknowledged: played.acknowledged,
    refused: played.refused,
    segmentsPerSecond: played.acknowledged / played.seconds,
    cpuPerSegment: (flushed.cpu - before.cpu) / played.acknowledged,
    rss: Math.max(after.rss, flushed.rss),
    delayP99: after.delayP99,
    bytesPerSegment: played.bytes / (played.acknowledged + played.refused),
    diskPerSegment: disk / played.acknowledged,
    traceIds: played.traceIds,
  };
}
