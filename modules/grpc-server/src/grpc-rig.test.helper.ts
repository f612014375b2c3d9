import { once } from 'node:events';
import { type ClientHttp2Session, type ClientHttp2Stream, connect as connectHttp2, type IncomingHttpHeaders } from 'node:http2';
import { Client, credentials } from '@grpc/grpc-js';
import type { Clock, GrpcMethod, Meter } from '@skein/core';
import { CallMetrics } from './call-metrics.js';
import type { ListenerConfig } from './config.js';
import { GrpcListener } from './grpc-listener.js';

const CONFIG: ListenerConfig = {
  host: '127.0.0.1',
  port: 0,
  maxMessageBytes: 1024 * 1024,
  maxConcurrentStreams: 100,
  maxConnections: 10,
  idleTimeout: 60_000,
  keepaliveTime: 60_000,
  keepaliveTimeout: 20_000,
};
const clock: Clock = {
  now: Date.now,
  setTimeout: (fn, ms) => {
    const timer = setTimeout(fn, ms);
    return { [Symbol.dispose]: () => clearTimeout(timer) };
  },
};

class Counters implements Meter {
  readonly values = new Map<string, number>();
  counter(name: string): { add(n: number, labels?: Readonly<Record<string, string>>): void } {
    return {
      add: (n, labels = {}) => {
        const key = [name, ...Object.values(labels)].join(' ');
        this.values.set(key, (this.values.get(key) ?? 0) + n);
      },
    };
  }
  readonly gauges = new Map<string, () => unknown>();
  gauge(name: string, _: string, read: () => unknown): void {
    this.gauges.set(name, read);
  }
  histogram(): { record(): void } {
    return { record: () => undefined };
  }
}

const opened: AsyncDisposable[] = [];

/** Ends all servers and clients that the test began. */
export async function closeAll(): Promise<void> {
  for (const resource of opened.splice(0).reverse()) await resource[Symbol.asyncDispose]();
}

/** A client on the bare HTTP/2 level, which can do what no gRPC library does. */
export function rawClient(port: number): ClientHttp2Session {
  const session = connectHttp2(`http://127.0.0.1:${port}`);
  session.on('error', () => undefined);
  opened.push({ [Symbol.asyncDispose]: async () => session.destroy() });
  return session;
}

export const CALL_HEADERS = { ':method': 'POST', 'content-type': 'application/grpc', te: 'trailers' } as const;

/** Everything that came back on a stream: HTTP status, status and message of gRPC, bytes of the body. */
export interface RawReply {
  readonly http: number | undefined;
  readonly status: string | undefined;
  readonly message: string | undefined;
  readonly body: Buffer;
  readonly headers: IncomingHttpHeaders;
}

/** Resolves when the stream is closed. */
export async function replyOf(stream: ClientHttp2Stream): Promise<RawReply> {
  let headers: IncomingHttpHeaders = {};
  const body: Buffer[] = [];
  stream.on('response', (h) => {
    headers = { ...headers, ...h };
  });
  stream.on('trailers', (h) => {
    headers = { ...headers, ...h };
  });
  stream.on('data', (part: Buffer) => body.push(part));
  stream.on('error', () => undefined);
  await once(stream, 'close');
  const text = (name: string): string | undefined => headers[name] as string | undefined;
  return {
    http: headers[':status'] as number | undefined,
    status: text('grpc-status'),
    message: text('grpc-message'),
    body: Buffer.concat(body),
    headers,
  };
}

export interface Running {
  readonly listener: GrpcListener;
  readonly client: Client;
  readonly port: number;
  readonly counters: Counters;
  readonly errors: string[];
  readonly warnings: (readonly [string, object | undefined])[];
}

/** A listener with these methods on a free port, and a client of it. */
export async function run(
  methods: readonly GrpcMethod[],
  config: Partial<ListenerConfig> = {},
  options: object = {},
  ofServer: Clock = clock,
): Promise<Running> {
  const counters = new Counters();
  const errors: string[] = [];
  const warnings: (readonly [string, object | undefined])[] = [];
  const warn = (m: string, fields?: object) => void warnings.push([m, fields]);
  const logger = { debug: () => undefined, info: () => undefined, warn, error: (m: string) => void errors.push(m) };
  const listener = new GrpcListener(
    { listeners: [['grpc', { ...CONFIG, ...config }]] },
    methods.map((method) => ({ method, open: method.path.startsWith('/open') })),
    { logger, metrics: new CallMetrics(counters), clock: ofServer },
  );
  opened.push(listener);
  const { port } = await listener.start();
  const client = new Client(`127.0.0.1:${port}`, credentials.createInsecure(), { 'grpc.max_receive_message_length': -1, ...options });
  opened.push({ [Symbol.asyncDispose]: async () => client.close() });
  return { listener, client, port, counters, errors, warnings };
}

/** A message as gRPC frames it: not compressed, length, bytes. */
export const frame = (message: Uint8Array): Buffer => {
  const head = Buffer.alloc(5);
  head.writeUInt32BE(message.byteLength, 1);
  return Buffer.concat([head, message]);
};
/** A promise that the test opens. */
export const gate = (): { opened: Promise<void>; open: () => void } => {
  let open: () => void = () => undefined;
  const openedPromise = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened: openedPromise, open };
};

/** An HTTP/2 frame of any kind, for what node's client does not send. */
export function rawFrame(type: number, flags: number, stream: number, payload: Uint8Array): Buffer {
  const head = Buffer.alloc(9);
  head.writeUIntBE(payload.byteLength, 0, 3);
  head.writeUInt8(type, 3);
  head.writeUInt8(flags, 4);
  head.writeUInt32BE(stream, 5);
  return Buffer.concat([head, payload]);
}

/** What opens a connection: the preface and empty settings. */
export const PREFACE = Buffer.concat([Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'), rawFrame(4, 0, 0, new Uint8Array(0))]);

/** The head of a call, each header written out. */
export function rawHead(stream: number, path: string): Buffer {
  const headers = { ...CALL_HEADERS, ':scheme': 'http', ':authority': 'skein', ':path': path };
  const ordered = Object.entries(headers).sort(([a], [b]) => Number(b.startsWith(':')) - Number(a.startsWith(':')));
  const text = (t: string): Buffer => Buffer.concat([Buffer.from([t.length]), Buffer.from(t)]);
  const fields = ordered.flatMap(([name, value]) => [Buffer.from([0]), text(name), text(value)]);
  return rawFrame(1, 4, stream, Buffer.concat(fields));
}
