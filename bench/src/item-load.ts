import { Agent, request as httpRequest } from 'node:http';
import { Client, credentials } from '@grpc/grpc-js';
import { ITEM_KINDS, type Shipment } from './item-kinds.js';
import type { LoadResult } from './load.js';

/** A load of other telemetry than segments: senders that wait for the reply before they send again. */
export interface ItemOrder {
  /** Name of an ItemKind. */
  readonly kind: string;
  /** `host:port` */
  readonly grpc: string;
  /** URL that the paths are appended to. */
  readonly http: string;
  readonly senders: number;
  readonly seconds: number;
}

const identity = (bytes: Buffer): Buffer => bytes;
const CONNECTIONS = 10;

/** Plays a load. What was refused is not sent again. */
export async function playItems({ kind: name, grpc, http, senders, seconds }: ItemOrder): Promise<LoadResult> {
  const kind = ITEM_KINDS.find((k) => k.name === name)!;
  const clients = Array.from(
    { length: Math.min(senders, CONNECTIONS) },
    () => new Client(grpc, credentials.createInsecure(), { 'grpc.use_local_subchannel_pool': 1 }),
  );
  const agent = new Agent({ keepAlive: true });
  const result = { acknowledged: 0, refused: 0, bytes: 0, traceIds: [] };
  const began = Date.now();
  const until = began + seconds * 1000;
  const send = async (client: Client): Promise<void> => {
    while (Date.now() < until) {
      const shipment = kind.ship();
      const taken = 'grpc' in shipment ? await stream(client, shipment) : await post(http, shipment, agent);
      result[taken ? 'acknowledged' : 'refused'] += kind.perCall;
      result.bytes += 'grpc' in shipment ? shipment.messages.reduce((sum, m) => sum + m.length, 0) : shipment.body.length;
    }
  };
  await Promise.all(Array.from({ length: senders }, (_, i) => send(clients[i % clients.length]!)));
  for (const client of clients) client.close();
  agent.destroy();
  return { ...result, seconds: (Date.now() - began) / 1000 };
}

const stream = (client: Client, { grpc, messages }: Extract<Shipment, { grpc: string }>): Promise<boolean> =>
  new Promise((done) => {
    const call = client.makeClientStreamRequest(
      grpc,
      identity,
      identity,
      { deadline: Date.now() + 30_000 } as never,
      ((error: Error | null) => done(error === null)) as never,
    );
    for (const message of messages) call.write(Buffer.from(message));
    call.end();
  });

const post = (base: string, { http, body }: Extract<Shipment, { http: string }>, agent: Agent): Promise<boolean> =>
  new Promise((done) => {
    const call = httpRequest(`${base}${http}`, { method: 'POST', agent, headers: { 'content-type': 'application/json' } }, (response) => {
      response.resume();
      response.once('end', () => done((response.statusCode ?? 500) < 300));
    });
    call.once('error', () => done(false));
    call.end(body);
  });
