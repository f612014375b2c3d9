import { createServer, type Server, type ServerOptions, STATUS_CODES } from 'node:http';
import { createServer as createSecureServer, type Server as SecureServer } from 'node:https';
import type { Socket } from 'node:net';
import { CertificateFiles, type Clock, type ListenerAddress, type Logger, listen, StatusError } from '@skein/core';
import { BootError } from '@skein/core/host';
import type { FastifyInstance } from 'fastify';
import type { ListenerConfig } from './config.js';
import type { IncomingRequest } from './incoming-request.js';
import type { RequestMetrics } from './request-metrics.js';
import { type MountedRoute, routedApp } from './routed-app.js';

export interface ListenerContext {
  readonly logger: Logger;
  readonly metrics: RequestMetrics;
  readonly clock: Clock;
}

/** One bound socket with the routes of its listeners. */
export class HttpListener implements AsyncDisposable {
  private readonly open = new Set<IncomingRequest>();
  /** TCP sockets; under TLS a connection is something else, and comes later. */
  private readonly sockets = new Set<Socket>();
  /** Unanswered requests by connection. */
  private readonly connections = new Map<Socket, number>();
  private certificates: CertificateFiles | undefined;
  private server: Server | undefined;
  private app: FastifyInstance | undefined;
  private draining = false;

  /** @param setting the listener's place in the configuration, `modules.http-server.listeners.rest` */
  constructor(
    private readonly config: ListenerConfig,
    private readonly setting: string,
    private readonly routes: readonly MountedRoute[],
    private readonly context: ListenerContext,
  ) {}

  /** Binds. Throws BootError. */
  async start(): Promise<ListenerAddress> {
    const server = await this.createServer();
    this.server = server;
    this.watchConnections(server);
    const { logger, metrics } = this.context;
    this.app = routedApp(server, this.routes, { limits: this.config, logger, metrics, open: this.open });
    await this.app.ready();
    return await listen(server, this.config, this.setting);
  }

  private async createServer(): Promise<Server> {
    const { maxHeaderBytes, requestTimeout, idleTimeout, maxConnections, tls } = this.config;
    const options: ServerOptions = {
      maxHeaderSize: maxHeaderBytes,
      requestTimeout,
      headersTimeout: requestTimeout,
      keepAliveTimeout: idleTimeout,
      connectionsCheckingInterval: Math.min(1_000, requestTimeout),
      noDelay: true,
    };
    const server = tls === undefined ? createServer(options) : await this.createSecureServer(options);
    server.maxConnections = maxConnections;
    server.on('drop', () => this.context.metrics.droppedConnection());
    server.on('clientError', (error, socket) => this.refuseBroken(error, socket as Socket));
    return server;
  }

  private async createSecureServer(options: ServerOptions): Promise<SecureServer> {
    try {
      this.certificates = await CertificateFiles.load(this.config.tls!);
    } catch (error) {
      throw new BootError([{ subject: `${this.setting}.tls`, message: (error as Error).message }], { cause: error });
    }
    const { material } = this.certificates;
    const mutual = material.ca !== undefined;
    const server = createSecureServer({
      ...options,
      ...material,
      handshakeTimeout: this.config.requestTimeout,
      requestCert: mutual,
      rejectUnauthorized: mutual,
    });
    const { logger, clock } = this.context;
    this.certificates.watch(
      clock,
      (changed) => {
        server.setSecureContext({ ...changed });
        logger.info(`${this.setting}: new TLS certificate is in use`);
      },
      (error) => logger.error(`${this.setting}: the changed TLS files cannot be used, the old certificate stays`, { error }),
    );
    return server;
  }

  private watchConnections(server: Server): void {
    server.on('connection', (socket: Socket) => {
      this.sockets.add(socket);
      this.context.metrics.connected();
      socket.once('close', () => {
        this.sockets.delete(socket);
        this.context.metrics.disconnected();
      });
    });
    server.on(this.config.tls === undefined ? 'connection' : 'secureConnection', (connection: Socket) => {
      this.connections.set(connection, 0);
      connection.once('close', () => this.connections.delete(connection));
    });
    server.on('request', ({ socket }, response) => {
      this.count(socket, 1);
      if (this.draining) response.setHeader('connection', 'close');
      response.once('close', () => this.count(socket, -1));
    });
  }

  private count(socket: Socket, change: number): void {
    const requests = this.connections.get(socket);
    if (requests === undefined) return;
    this.connections.set(socket, requests + change);
    if (this.draining && requests + change === 0) socket.end();
  }

  /** What never became a request: too large a head, too slow, or not HTTP. */
  private refuseBroken(error: NodeJS.ErrnoException, socket: Socket): void {
    if (error.code === 'ECONNRESET' || !socket.writable) {
      socket.destroy();
      return;
    }
    const status = error.code === 'ERR_HTTP_REQUEST_TIMEOUT' ? 408 : error.code === 'HPE_HEADER_OVERFLOW' ? 431 : 400;
    this.context.metrics.brokenRequest(status);
    socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
    socket.destroySoon();
  }

  /** Takes no more connections, closes those without a request, and waits for the rest; at the deadline everything is cut. */
  async drain(deadline: AbortSignal): Promise<void> {
    const { server } = this;
    if (server === undefined || !server.listening) return;
    this.draining = true;
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    for (const [socket, requests] of this.connections) if (requests === 0) socket.destroy();
    const cut = (): void => this.cut();
    deadline.addEventListener('abort', cut);
    if (deadline.aborted) cut();
    await closed;
    deadline.removeEventListener('abort', cut);
  }

  private cut(): void {
    for (const request of this.open) request.cancel(new StatusError('UNAVAILABLE', 'the server is shutting down'));
    for (const socket of this.sockets) socket.destroy();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.certificates?.[Symbol.dispose]();
    const stopped = new AbortController();
    stopped.abort();
    await this.drain(stopped.signal);
    await this.app?.close();
  }
}
