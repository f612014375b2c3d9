import { createSecureServer, createServer, type Http2SecureServer, type Http2Server, type ServerHttp2Session } from 'node:http2';
import type { Socket } from 'node:net';
import { CertificateFiles, type ListenerAddress, listen, type SocketGroup, StatusError, type TlsMaterial, tokenMatcher } from '@skein/core';
import { BootError } from '@skein/core/host';
import type { Call, CallContext } from './call.js';
import type { ListenerConfig } from './config.js';
import { Connection } from './connection.js';
import { type MountedMethod, Router } from './router.js';
import { TokenRefusals } from './token-refusals.js';

/** How long after the begin of draining a client's open stream may go on; then it is ended with UNAVAILABLE. */
const STREAM_GRACE_MS = 5_000;

/** How long a client may take for its TLS handshake. */
const HANDSHAKE_TIMEOUT_MS = 10_000;
/** MiB that node:http2 may hold for one connection: streams, header tables, replies that the client does not take. */
const SESSION_MEMORY_MIB = 64;

export type ListenerContext = Pick<CallContext, 'logger' | 'metrics' | 'clock'>;

/** One bound socket with the methods of its listeners. */
export class GrpcListener implements AsyncDisposable {
  private readonly calls = new Set<Call>();
  private readonly sockets = new Set<Socket>();
  private readonly connections = new Map<ServerHttp2Session, Connection>();
  private certificates: CertificateFiles | undefined;
  private server: Http2Server | Http2SecureServer | undefined;
  private draining = false;
  private empty: (() => void) | undefined;
  private readonly config: ListenerConfig;
  private readonly setting: string;

  constructor(
    private readonly group: SocketGroup<ListenerConfig>,
    private readonly methods: readonly MountedMethod[],
    private readonly context: ListenerContext,
  ) {
    const [name, config] = group.listeners[0]!;
    this.config = config;
    this.setting = `modules.grpc-server.listeners.${name}`;
  }

  /** Binds. Throws BootError. */
  async start(): Promise<ListenerAddress> {
    const server = await this.createServer();
    const router = this.createRouter();
    server.maxConnections = this.config.maxConnections;
    server.on('drop', () => this.context.metrics.droppedConnection());
    server.on('connection', (socket: Socket) => this.connected(socket));
    server.on('session', (session) => this.begin(session));
    server.on('stream', (stream, headers) => {
      const connection = this.connections.get(stream.session as ServerHttp2Session);
      // Its connection has ended in the meantime, and the stream ends with it.
      if (connection === undefined) stream.on('error', () => undefined).close();
      else router.route(stream, headers, connection);
    });
    this.server = server;
    return await listen(server, this.config, this.setting);
  }

  private connected(socket: Socket): void {
    this.sockets.add(socket);
    this.context.metrics.connected();
    socket.once('close', () => {
      this.sockets.delete(socket);
      this.context.metrics.disconnected();
      this.tellEmpty();
    });
  }

  private begin(session: ServerHttp2Session): void {
    const connection = new Connection(session, this.config);
    this.connections.set(session, connection);
    session.once('close', () => this.connections.delete(session));
    if (this.draining) connection.close();
  }

  private async createServer(): Promise<Http2Server | Http2SecureServer> {
    const options = {
      noDelay: true,
      maxSessionMemory: SESSION_MEMORY_MIB,
      settings: { maxConcurrentStreams: this.config.maxConcurrentStreams, enablePush: false },
    };
    const material = await this.loadCertificates();
    if (material === undefined) return createServer(options);
    const mutual = material.ca !== undefined;
    const server = createSecureServer({
      ...options,
      ...material,
      requestCert: mutual,
      rejectUnauthorized: mutual,
      handshakeTimeout: HANDSHAKE_TIMEOUT_MS,
    });
    this.watchCertificates(server);
    return server;
  }

  private async loadCertificates(): Promise<TlsMaterial | undefined> {
    const { tls } = this.config;
    if (tls === undefined) return undefined;
    try {
      this.certificates = await CertificateFiles.load(tls);
      return this.certificates.material;
    } catch (error) {
      throw new BootError([{ subject: `${this.setting}.tls`, message: (error as Error).message }], { cause: error });
    }
  }

  /** Connections that are up keep the certificate with which they began. */
  private watchCertificates(server: Http2SecureServer): void {
    const { logger, clock } = this.context;
    this.certificates?.watch(
      clock,
      (material) => {
        server.setSecureContext({ ...material });
        logger.info(`${this.setting}: new TLS certificate is in use`);
      },
      (error) => logger.error(`${this.setting}: the changed TLS files cannot be used, the old certificate stays`, { error }),
    );
  }

  private createRouter(): Router {
    const { logger, clock, metrics } = this.context;
    const tokens = new Map(this.group.listeners.map(([name, { token }]) => [name, token === undefined ? undefined : tokenMatcher(token)]));
    return new Router(this.methods, tokens, {
      logger,
      metrics,
      clock,
      open: this.calls,
      refusals: new TokenRefusals(logger, clock, this.setting),
      maxMessageBytes: this.config.maxMessageBytes,
    });
  }

  /**
   * Takes no more connections, tells clients to go away (GOAWAY), and waits for calls to end. Streams that clients leave open are ended
   * after 5 s. At the deadline everything is cut.
   */
  async drain(deadline: AbortSignal): Promise<void> {
    const { server } = this;
    if (server === undefined) return;
    this.draining = true;
    server.close();
    for (const connection of this.connections.values()) connection.close();
    const grace = this.context.clock.setTimeout(() => this.endStreams(), STREAM_GRACE_MS);
    const cut = (): void => this.cut();
    deadline.addEventListener('abort', cut);
    if (deadline.aborted) cut();
    await this.untilEmpty();
    deadline.removeEventListener('abort', cut);
    grace[Symbol.dispose]();
  }

  private untilEmpty(): Promise<void> {
    return new Promise((resolve) => {
      this.empty = resolve;
      this.tellEmpty();
    });
  }

  private tellEmpty(): void {
    if (this.sockets.size === 0) this.empty?.();
  }

  private endStreams(): void {
    for (const call of this.calls) if (call.isStream) call.endRequests(new StatusError('UNAVAILABLE', 'the server is shutting down'));
  }

  private cut(): void {
    for (const call of this.calls) call.cancel(new StatusError('UNAVAILABLE', 'the server is shutting down'));
    for (const connection of this.connections.values()) connection.cut();
    for (const socket of this.sockets) socket.destroy();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.certificates?.[Symbol.dispose]();
    this.cut();
    const { server } = this;
    if (server?.listening) await new Promise((resolve) => server.close(resolve));
  }
}
