import { createServer, type Server as NetServer, type Socket } from 'node:net';
import { type ConnectionInjector, Server, ServerCredentials } from '@grpc/grpc-js';
import {
  CertificateFiles,
  type Clock,
  type GrpcMethod,
  type ListenerAddress,
  listen,
  type SocketGroup,
  StatusError,
  tokenMatcher,
} from '@skein/core';
import { BootError } from '@skein/core/host';
import type { ListenerConfig } from './config.js';
import { ReloadableCredentials } from './credentials.js';
import { type CallContext, RawCall } from './raw-call.js';
import { TokenRefusals } from './token-refusals.js';
import { countUnknownMethods } from './unknown-methods.js';

/** How long after the begin of draining a client's open stream may go on; then it is ended with UNAVAILABLE. */
const STREAM_GRACE_MS = 5_000;

/** A method as it hangs on a socket. `open`: no token is asked for. */
export interface MountedMethod {
  readonly method: GrpcMethod;
  readonly open: boolean;
}

export interface ListenerContext extends Omit<CallContext, 'open' | 'refusals'> {
  readonly clock: Clock;
}

/** A message that owns its bytes. grpc-js takes small ones from Node's shared 8 KiB pool, where one message pins its neighbours. */
function owned(message: Buffer): Uint8Array {
  if (message.buffer.byteLength <= message.byteLength + 64) return message;
  const copy = Buffer.allocUnsafeSlow(message.byteLength);
  message.copy(copy);
  return copy;
}

/** One bound socket with the methods of its listeners. */
export class GrpcListener implements AsyncDisposable {
  private readonly calls = new Set<RawCall>();
  private readonly connections = new Set<Socket>();
  private certificates: CertificateFiles | undefined;
  private socket: NetServer | undefined;
  private server: Server | undefined;
  private injector: ConnectionInjector | undefined;
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
    const credentials = await this.credentials();
    this.server = this.createServer();
    this.injector = this.server.createConnectionInjector(credentials);
    // A socket of our own, since grpc-js hides error codes and the connection limit.
    const socket = createServer({ noDelay: true }, (connection) => this.take(connection));
    socket.maxConnections = this.config.maxConnections;
    socket.on('drop', () => this.context.metrics.droppedConnection());
    this.socket = socket;
    return await listen(socket, this.config, this.setting);
  }

  private take(connection: Socket): void {
    this.connections.add(connection);
    this.context.metrics.connected();
    connection.once('close', () => {
      this.connections.delete(connection);
      this.context.metrics.disconnected();
    });
    this.injector!.injectConnection(connection);
  }

  private async credentials(): Promise<ServerCredentials> {
    const { tls } = this.config;
    if (tls === undefined) return ServerCredentials.createInsecure();
    try {
      this.certificates = await CertificateFiles.load(tls);
    } catch (error) {
      throw new BootError([{ subject: `${this.setting}.tls`, message: (error as Error).message }], { cause: error });
    }
    const credentials = new ReloadableCredentials(this.certificates.material);
    const { logger, clock } = this.context;
    this.certificates.watch(
      clock,
      (material) => {
        credentials.reload(material);
        logger.info(`${this.setting}: new TLS certificate is in use`);
      },
      (error) => logger.error(`${this.setting}: the changed TLS files cannot be used, the old certificate stays`, { error }),
    );
    return credentials;
  }

  private createServer(): Server {
    const { config } = this;
    const mounted = new Map(this.methods.map((m) => [m.method.path, m]));
    const tokens = new Map(this.group.listeners.map(([name, { token }]) => [name, token === undefined ? undefined : tokenMatcher(token)]));
    const { logger, clock, metrics } = this.context;
    const context: CallContext = { logger, metrics, open: this.calls, refusals: new TokenRefusals(logger, clock, this.setting) };
    const server = new Server({
      'grpc.max_receive_message_length': config.maxMessageBytes,
      'grpc.max_send_message_length': -1,
      'grpc.max_concurrent_streams': config.maxConcurrentStreams,
      'grpc.max_connection_idle_ms': config.idleTimeout,
      'grpc.keepalive_time_ms': config.keepaliveTime,
      'grpc.keepalive_timeout_ms': config.keepaliveTimeout,
      'grpc.enable_channelz': 0,
      interceptors: [
        (definition, transport) => {
          const { method, open } = mounted.get(definition.path)!;
          return new RawCall(transport, method, open ? undefined : tokens.get(method.listener), context);
        },
      ],
    });
    for (const path of mounted.keys()) {
      // The kind and this handler are never used: RawCall answers in their place.
      server.register(
        path,
        () => undefined,
        (reply: Buffer) => reply,
        owned,
        'bidi',
      );
    }
    countUnknownMethods(server, () => metrics.unknownMethod());
    return server;
  }

  /**
   * Takes no more connections, tells clients to go away (GOAWAY), and waits for calls to end. Streams that clients leave open are ended
   * after 5 s. At the deadline everything is cut.
   */
  async drain(deadline: AbortSignal): Promise<void> {
    const { server, socket } = this;
    if (server === undefined || socket === undefined) return;
    socket.close();
    const grace = this.context.clock.setTimeout(() => this.endStreams(), STREAM_GRACE_MS);
    const cut = (): void => this.cut();
    deadline.addEventListener('abort', cut);
    if (deadline.aborted) cut();
    await new Promise<void>((resolve) => server.tryShutdown(() => resolve()));
    deadline.removeEventListener('abort', cut);
    grace[Symbol.dispose]();
  }

  private endStreams(): void {
    for (const call of this.calls) if (call.isStream) call.endRequests(new StatusError('UNAVAILABLE', 'the server is shutting down'));
  }

  private cut(): void {
    for (const call of this.calls) call.cancel(new StatusError('UNAVAILABLE', 'the server is shutting down'));
    this.server?.forceShutdown();
    // Without channelz grpc-js forgets its sessions, so that its forced shutdown would leave them open.
    for (const connection of this.connections) connection.destroy();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.certificates?.[Symbol.dispose]();
    this.cut();
    const { socket } = this;
    if (socket?.listening) await new Promise((resolve) => socket.close(resolve));
  }
}
