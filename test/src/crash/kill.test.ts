import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ServerProcess } from '@skein/core/testing';
import { GraphqlClient } from '../support/graphql-client.js';
import { noonZone } from '../support/noon-zone.js';
import { SegmentSender } from '../support/segment-sender.js';
import { encodeSegment } from '../support/segments.js';

const ROUNDS = 6;
const SENDERS = 8;
const SEGMENTS_PER_STREAM = 5;

let server: ServerProcess;
let client: GraphqlClient;

beforeAll(async () => {
  server = await ServerProcess.start({ config: `host: { zone: ${noonZone()} }\n` });
  client = new GraphqlClient(server.http);
}, 60_000);

afterAll(() => server?.dispose());

/** What the senders know: every stream that they began, and which ones the server acknowledged. */
class Ledger {
  readonly begun: string[] = [];
  readonly acknowledged = new Set<string>();
}

/** Sends streams of one trace each, one after the other, until the server is gone. */
async function sendUntilGone(address: string, name: string, ledger: Ledger): Promise<void> {
  const sender = new SegmentSender(address);
  try {
    for (let stream = 0; ; stream++) {
      const traceId = `${name}.${stream}`;
      ledger.begun.push(traceId);
      await sender.send(Array.from({ length: SEGMENTS_PER_STREAM }, (_, i) => encodeSegment({ traceId, segmentId: `${traceId}.${i}` })));
      ledger.acknowledged.add(traceId);
    }
  } catch {
    // The server was killed; the stream at hand stays unacknowledged.
  } finally {
    sender.close();
  }
}

/** How many segments of each trace the server has. */
async function storedSegments(traceIds: readonly string[]): Promise<Map<string, number>> {
  const stored = new Map<string, number>();
  for (let from = 0; from < traceIds.length; from += 25) {
    const part = traceIds.slice(from, from + 25);
    const fields = part.map((id, i) => `t${i}: queryTrace(traceId: ${JSON.stringify(id)}) { spans { segmentId } }`);
    const data = await client.query<Record<string, { spans: { segmentId: string }[] }>>(`query { ${fields.join(' ')} }`);
    part.forEach((id, i) => {
      stored.set(id, new Set(data[`t${i}`]!.spans.map((s) => s.segmentId)).size);
    });
  }
  return stored;
}

describe('kill -9 in the middle of traffic', () => {
  it('keeps everything acknowledged, and metrics equal the recount, round after round', async () => {
    const ledger = new Ledger();
    for (let round = 0; round < ROUNDS; round++) {
      const traffic = Array.from({ length: SENDERS }, (_, i) => sendUntilGone(server.grpc, `r${round}.s${i}`, ledger));
      await new Promise((done) => setTimeout(done, 300 + Math.random() * 900));
      await server.kill('SIGKILL');
      await Promise.all(traffic);
      await server.boot();

      const stored = await storedSegments(ledger.begun);
      const missing = [...ledger.acknowledged].filter((id) => stored.get(id) !== SEGMENTS_PER_STREAM);
      expect(missing).toEqual([]);
      const recount = [...stored.values()].reduce((sum, n) => sum + n, 0);
      const { minutes, day } = await client.durations();
      const shop = { serviceName: 'shop', normal: true };
      const endpoint = { ...shop, endpointName: '/order' };
      expect((await client.expression('sum(service_cpm)', shop, minutes))['']).toEqual([recount]);
      expect((await client.expression('sum(endpoint_cpm)', endpoint, minutes))['']).toEqual([recount]);
      expect((await client.expression('service_cpm', shop, day))['']).toEqual([Math.trunc(recount / 1440)]);
      expect((await client.expression('service_sla', shop, day))['']).toEqual([10_000]);
    }
    expect(ledger.acknowledged.size).toBeGreaterThan(ROUNDS * SENDERS);
  }, 120_000);
});
