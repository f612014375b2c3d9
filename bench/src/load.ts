// The load generator, a process of its own: plays agents, each with one stream at a time, that wait for the reply before they send again.
import { Client, credentials } from '@grpc/grpc-js';
import { type ItemOrder, playItems } from './item-load.js';
import { makeId } from './segment-template.js';
import { makeTemplates, pick, stretch, WORLDS } from './world.js';

/** What the harness asks for, over IPC. */
export interface LoadOrder {
  readonly address: string;
  readonly agents: number;
  readonly segmentsPerStream: number;
  /** Segments per second of all agents together; 0 = as fast as replies come. */
  readonly rate: number;
  readonly seconds: number;
  /** Start times are spread over this many milliseconds before now. */
  readonly spreadMs: number;
  readonly world: keyof typeof WORLDS;
  /** All endpoints alike, instead of a few favourites. */
  readonly even: boolean;
}

export interface LoadResult {
  readonly acknowledged: number;
  readonly refused: number;
  readonly seconds: number;
  readonly bytes: number;
  /** Some trace ids that were acknowledged. */
  readonly traceIds: readonly string[];
}

const COLLECT = '/skywalking.v3.TraceSegmentReportService/collect';
const identity = (bytes: Buffer): Buffer => bytes;
const templates = { usual: makeTemplates(WORLDS.usual), wide: makeTemplates(WORLDS.wide) };
let made = 0;
const run = Math.floor(Math.random() * 2 ** 32)
  .toString(16)
  .padStart(8, '0');

function send(
  client: Client,
  order: LoadOrder,
  result: { acknowledged: number; refused: number; bytes: number; traceIds: string[] },
): Promise<void> {
  return new Promise((done) => {
    const ids: string[] = [];
    const stream = client.makeClientStreamRequest(
      COLLECT,
      identity,
      identity,
      { deadline: Date.now() + 30_000 } as never,
      ((error: Error | null) => {
        if (error === null) {
          result.acknowledged += order.segmentsPerStream;
          if (result.traceIds.length < 2000) result.traceIds.push(ids[0]!);
        } else {
          result.refused += order.segmentsPerStream;
        }
        done();
      }) as never,
    );
    for (let i = 0; i < order.segmentsPerStream; i++) {
      const n = made++;
      const traceId = makeId(`t${run}`, n);
      const start = Date.now() - 100 - (order.spreadMs === 0 ? 0 : Math.floor(Math.random() * order.spreadMs));
      const bytes = templates[order.world][pick(order.even, WORLDS[order.world])]!.make(traceId, makeId(`s${run}`, n), start, stretch());
      ids.push(traceId);
      result.bytes += bytes.length;
      stream.write(bytes);
    }
    stream.end();
  });
}

/** One agent: a stream, its reply, the next stream; with a rate, streams begin at fixed times. */
async function agent(client: Client, order: LoadOrder, until: number, result: Parameters<typeof send>[2]): Promise<void> {
  const interval = order.rate === 0 ? 0 : (order.agents * order.segmentsPerStream * 1000) / order.rate;
  let next = Date.now() + Math.random() * interval;
  for (;;) {
    const wait = next - Date.now();
    if (interval > 0 && wait > 0) await new Promise((done) => setTimeout(done, wait));
    if (Date.now() >= until) return;
    await send(client, order, result);
    next += interval;
  }
}

async function play(order: LoadOrder): Promise<LoadResult> {
  const clients = Array.from(
    { length: Math.min(order.agents, 20) },
    () => new Client(order.address, credentials.createInsecure(), { 'grpc.use_local_subchannel_pool': 1 }),
  );
  const result = { acknowledged: 0, refused: 0, bytes: 0, traceIds: [] as string[] };
  const started = Date.now();
  const until = started + order.seconds * 1000;
  await Promise.all(Array.from({ length: order.agents }, (_, i) => agent(clients[i % clients.length]!, order, until, result)));
  for (const client of clients) client.close();
  return { ...result, seconds: (Date.now() - started) / 1000 };
}

process.on('message', (order: LoadOrder | ItemOrder) => {
  void ('kind' in order ? playItems(order) : play(order)).then((result) => process.send!(result));
});
process.on('disconnect', () => process.exit(0));
process.send!('ready');
