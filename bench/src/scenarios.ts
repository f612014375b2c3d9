import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import type { ItemKind } from './item-kinds.js';
import type { ItemOrder } from './item-load.js';
import type { LoadOrder, LoadResult } from './load.js';
import type { Sample } from './probe.js';
import type { Server } from './server.js';

/** A load and what it should cost. */
export interface Scenario {
  readonly name: string;
  readonly order: Omit<LoadOrder, 'address'>;
  /** Microseconds of CPU per segment; undefined where no goal is set. */
  readonly cpuGoal: number | undefined;
  /** How often it is played. */
  readonly rounds: number;
}

export interface ScenarioResult {
  readonly name: string;
  readonly acknowledged: number;
  readonly refused: number;
  readonly segmentsPerSecond: number;
  /**
   * Server CPU, all threads, microseconds per acknowledged segment, with what the store wrote behind: of the cheapest round, since what else the
   * machine does only adds to it.
   */
  readonly cpuPerSegment: number;
  /** The same of the dearest round. */
  readonly cpuAtMost: number;
  readonly cpuGoal: number | undefined;
  readonly rss: number;
  readonly delayP99: number;
  readonly bytesPerSegment: number;
}

/** The load generator's process. */
export class Load {
  private constructor(private readonly child: ChildProcess) {}

  static async start(): Promise<Load> {
    const child = fork(new URL('./load.js', import.meta.url), { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
    await once(child, 'message');
    return new Load(child);
  }

  async play(order: LoadOrder | ItemOrder): Promise<LoadResult> {
    const answer = once(this.child, 'message');
    this.child.send(order);
    return (await answer)[0] as LoadResult;
  }

  stop(): void {
    this.child.disconnect();
  }
}

/** What one item of other telemetry than segments cost. */
export interface ItemResult {
  readonly name: string;
  readonly acknowledged: number;
  readonly refused: number;
  readonly itemsPerSecond: number;
  /** Server CPU, all threads, microseconds per acknowledged item, with what the store wrote behind. */
  readonly cpuPerItem: number;
  readonly rss: number;
  readonly delayP99: number;
  readonly bytesPerItem: number;
}

/** Senders at once: enough to keep the server busy, whose replies wait for the commit. */
const SENDERS = 100;

/** Plays a kind of items after a short round that warms up, and waits until the store has written behind. */
export async function runItems(server: Server, load: Load, kind: ItemKind, seconds: number): Promise<ItemResult> {
  const order = { kind: kind.name, grpc: server.grpc, http: server.http, senders: SENDERS };
  await load.play({ ...order, seconds: seconds / 2 });
  const before = await server.settled();
  const played = await load.play({ ...order, seconds });
  const after = await server.sample();
  const settled = await server.settled();
  return {
    name: kind.name,
    acknowledged: played.acknowledged,
    refused: played.refused,
    itemsPerSecond: played.acknowledged / played.seconds,
    cpuPerItem: (settled.cpu - before.cpu) / played.acknowledged,
    rss: Math.max(after.rss, settled.rss),
    delayP99: Math.max(after.delayP99, settled.delayP99),
    bytesPerItem: played.bytes / (played.acknowledged + played.refused),
  };
}

type Round = ScenarioResult & { readonly traceIds: readonly string[] };

/** Plays a scenario as often as it says. Of CPU the cheapest and the dearest round, of memory and delay the worst, of segments the sum. */
export async function runScenario(server: Server, load: Load, scenario: Scenario): Promise<Round> {
  const rounds: Round[] = [];
  for (let i = 0; i < scenario.rounds; i++) rounds.push(await runOnce(server, load, scenario));
  const cheapest = rounds.reduce((a, b) => (b.cpuPerSegment < a.cpuPerSegment ? b : a));
  const sum = (figure: (round: Round) => number): number => rounds.reduce((total, round) => total + figure(round), 0);
  const most = (figure: (round: Round) => number): number => Math.max(...rounds.map(figure));
  return {
    ...cheapest,
    acknowledged: sum((r) => r.acknowledged),
    refused: sum((r) => r.refused),
    cpuAtMost: most((r) => r.cpuPerSegment),
    rss: most((r) => r.rss),
    delayP99: most((r) => r.delayP99),
    traceIds: rounds.flatMap((r) => r.traceIds),
  };
}

/** Plays it once, waits until the store has written behind what it acknowledged, and draws the figures from before and after. */
async function runOnce(server: Server, load: Load, { name, order, cpuGoal }: Scenario): Promise<Round> {
  const before: Sample = await server.sample();
  const played = await load.play({ ...order, address: server.grpc });
  const after: Sample = await server.sample();
  const settled = await server.settled();
  return {
    name,
    acknowledged: played.acknowledged,
    refused: played.refused,
    segmentsPerSecond: played.acknowledged / played.seconds,
    cpuPerSegment: (settled.cpu - before.cpu) / played.acknowledged,
    cpuAtMost: (settled.cpu - before.cpu) / played.acknowledged,
    cpuGoal,
    rss: Math.max(after.rss, settled.rss),
    delayP99: Math.max(after.delayP99, settled.delayP99),
    bytesPerSegment: played.bytes / (played.acknowledged + played.refused),
    traceIds: played.traceIds,
  };
}
