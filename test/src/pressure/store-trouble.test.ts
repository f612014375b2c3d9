import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import aggregation from '@skein/aggregation';
import { createHost, type Host } from '@skein/core/host';
import grpcServer from '@skein/grpc-server';
import { GrpcAddressesToken } from '@skein/grpc-server/contract';
import httpServer from '@skein/http-server';
import { HttpAddressesToken } from '@skein/http-server/contract';
import naming from '@skein/naming';
import query from '@skein/query';
import queryGraphql from '@skein/query-graphql';
import storageMemory from '@skein/storage-memory';
import traceAnalyzer from '@skein/trace-analyzer';
import traceReceiver from '@skein/trace-receiver';
import { assertBooksOf, readBooks } from '../support/books.js';
import { eventually } from '../support/eventually.js';
import { GraphqlClient } from '../support/graphql-client.js';
import { SegmentSender } from '../support/segment-sender.js';
import { encodeSegment } from '../support/segments.js';
import { StoreTrouble } from '../support/store-trouble.js';

const DEADLINE_EXCEEDED = 4;
const RESOURCE_EXHAUSTED = 8;
const quiet = { debug() {}, info() {}, warn() {}, error() {} };

let trouble: StoreTrouble;
let host: Host;
let http: string;
let sender: SegmentSender;
let acknowledged: string[];

beforeEach(async () => {
  trouble = new StoreTrouble();
  acknowledged = [];
  host = createHost({
    logger: quiet,
    modules: [
      { definition: grpcServer, config: { listeners: { grpc: { port: 0 } } } },
      { definition: httpServer, config: { listeners: { rest: { port: 0 } } } },
      { definition: aggregation, config: { window: '20ms', retry: '1500ms' } },
      ...[trouble.wrap(storageMemory), naming, traceReceiver, traceAnalyzer, query, queryGraphql].map((definition) => ({ definition })),
    ],
  });
  await host.start();
  const grpc = host.get(GrpcAddressesToken).get('grpc')!;
  const rest = host.get(HttpAddressesToken).get('rest')!;
  http = `http://127.0.0.1:${rest.port}`;
  sender = new SegmentSender(`127.0.0.1:${grpc.port}`);
});

afterEach(async () => {
  trouble.release();
  sender.close();
  await host.stop();
});

/** Sends one stream of one trace; resolves with the gRPC status number, 0 when it was acknowledged. */
async function send(traceId: string, o: { segments?: number; timeoutMs?: number; padding?: number } = {}): Promise<number> {
  const endpoint = `/order/${'x'.repeat(o.padding ?? 0)}`;
  const segments = Array.from({ length: o.segments ?? 3 }, (_, i) => encodeSegment({ traceId, segmentId: `${traceId}.${i}`, endpoint }));
  return sender.send(segments, o.timeoutMs).then(
    () => {
      acknowledged.push(traceId);
      return 0;
    },
    (error: { code: number }) => error.code,
  );
}

const sendMany = (name: string, count: number, o?: Parameters<typeof send>[1]): Promise<number[]> =>
  Promise.all(Array.from({ length: count }, (_, i) => send(`${name}.${i}`, o)));

/** Everything acknowledged can be read, and the books balance. */
async function expectNothingLost(segments = 3): Promise<void> {
  const client = new GraphqlClient(http);
  for (const id of acknowledged) {
    const { queryTrace } = await client.query<{ queryTrace: { spans: unknown[] } }>(
      'query ($id: ID!) { queryTrace(traceId: $id) { spans { spanId } } }',
      { id },
    );
    expect([id, queryTrace.spans.length]).toEqual([id, segments]);
  }
  await eventually(() => assertBooksOf(http), 5_000);
}

describe('a store in trouble', () => {
  it('slow: replies are held until the commit, and nothing is refused', async () => {
    trouble.delayMs = 300;
    expect(await sendMany('slow', 20)).toEqual(Array(20).fill(0));
    await expectNothingLost();
  });

  it('blocked: replies are held, then refused before the client gives up; it recovers by itself', async () => {
    trouble.block();
    const refused = await sendMany('blocked', 10, { timeoutMs: 3_500 });
    expect(refused).toEqual(Array(10).fill(RESOURCE_EXHAUSTED));
    trouble.release();
    expect(await eventually(async () => expect(await send('after')).toBe(0))).toBeUndefined();
    await expectNothingLost();
  }, 30_000);

  it('blocked: what is admitted is bounded by the capacity of the streams, whatever is sent', async () => {
    trouble.block();
    const flood = sendMany('flood', 60, { segments: 20, padding: 60_000, timeoutMs: 8_000 });
    await eventually(async () => {
      const text = await fetch(`${http}/metrics`).then((r) => r.text());
      expect(Number(/skein_stream_waiting_batches\{stream="segments"\} (\d+)/.exec(text)?.[1])).toBeGreaterThan(0);
    });
    const text = await fetch(`${http}/metrics`).then((r) => r.text());
    const weight = Number(/skein_stream_weight\{stream="segments"\} (\d+)/.exec(text)?.[1]);
    const capacity = Number(/skein_stream_capacity\{stream="segments"\} (\d+)/.exec(text)?.[1]);
    expect(weight).toBeLessThanOrEqual(capacity);
    // Refused, or given up by a client that could not send all of it in time; in no case acknowledged.
    for (const status of await flood) expect([RESOURCE_EXHAUSTED, DEADLINE_EXCEEDED]).toContain(status);
    trouble.release();
    await eventually(async () => expect(await send('after')).toBe(0));
    await expectNothingLost();
  }, 60_000);

  it('failing for a while: the commit is tried again with the same id, and every sender gets its acknowledgement', async () => {
    trouble.failures = 3;
    expect(await sendMany('failing', 5)).toEqual(Array(5).fill(0));
    expect(trouble.failures).toBe(0);
    await expectNothingLost();
  });

  it('failing for longer than it is tried: senders are refused as retryable, and the next ones succeed', async () => {
    trouble.failures = 1_000_000;
    expect(await sendMany('lost', 5)).toEqual(Array(5).fill(RESOURCE_EXHAUSTED));
    const health = await fetch(`${http}/healthcheck`);
    expect(health.status).toBe(503);
    trouble.failures = 0;
    await eventually(async () => expect(await send('after')).toBe(0));
    await expectNothingLost();
    expect((await fetch(`${http}/healthcheck`)).status).toBe(200);
    expect((await readBooks(http)).get('trace-receiver -> segments')!.failed).toBe(15);
  }, 30_000);
});
