import { type Metadata, ServerInterceptingCall, type ServerInterceptingCallInterface, status } from '@grpc/grpc-js';
import { Cancellation, type GrpcCall, type GrpcMethod, type Headers, type Logger, STATUS, StatusError, statusOf } from '@skein/core';
import type { CallMetrics } from './call-metrics.js';
import { MessageChunks } from './message-chunks.js';
import type { TokenRefusals } from './token-refusals.js';

/** What all calls of a socket share. */
export interface CallContext {
  readonly logger: Logger;
  readonly metrics: CallMetrics;
  readonly open: Set<RawCall>;
  readonly refusals: TokenRefusals;
}

/** Status messages travel in a header, which has a limit. */
const LONGEST_MESSAGE = 1000;

/**
 * One call of a contributed method. It stands in an interceptor's place and answers the transport itself, so that messages come when they
 * are asked for: the stream objects of grpc-js would read 16 messages ahead, each up to the size limit, and cost more.
 */
export class RawCall extends ServerInterceptingCall implements GrpcCall {
  readonly path: string;
  /** The call has ended before its handler did. */
  readonly cancellation = new Cancellation();
  private readonly chunks: MessageChunks;
  private requestMetadata: Metadata | undefined;
  private headers: Headers | undefined;
  private received = 0;
  /** A status was sent, or cannot be sent any more. */
  private settled = false;
  /** The handler has returned. */
  private finished = false;
  private wakeSender: (() => void) | undefined;

  constructor(
    private readonly transport: ServerInterceptingCallInterface,
    private readonly method: GrpcMethod,
    private readonly tokenMatches: ((given: string) => boolean) | undefined,
    private readonly context: CallContext,
  ) {
    super(transport);
    this.path = method.path;
    this.chunks = new MessageChunks(() => transport.startRead());
    // The transport ends calls by itself too (message too large, deadline), by this same method: one place sees every status.
    const send = transport.sendStatus.bind(transport);
    transport.sendStatus = (s) => {
      this.settle(s.code ?? status.UNKNOWN);
      send(s);
    };
  }

  /** Called by grpc-js. The listener is that of the stream object, which stays unused. */
  override start(): void {
    this.context.open.add(this);
    this.context.metrics.started();
    this.transport.start({
      onReceiveMetadata: (metadata) => {
        this.requestMetadata = metadata;
        void this.run();
      },
      onReceiveMessage: (message: Uint8Array) => {
        this.received += message.byteLength;
        this.chunks.push(message);
      },
      onReceiveHalfClose: () => this.chunks.end(),
      // Comes after every call, also a good one.
      onCancel: () => {
        this.settle(status.CANCELLED);
        if (!this.finished) this.cancel(new StatusError('UNAVAILABLE', 'the call has ended'));
      },
    });
  }

  get metadata(): Headers {
    this.headers ??= toHeaders(this.requestMetadata!);
    return this.headers;
  }

  get deadline(): number | undefined {
    const deadline = Number(this.transport.getDeadline());
    return Number.isFinite(deadline) ? deadline : undefined;
  }

  get peer(): string {
    return this.transport.getPeer();
  }

  /** Made when asked for: most handlers never look. */
  get signal(): AbortSignal {
    return this.cancellation.signal;
  }

  get isStream(): boolean {
    return this.method.kind !== 'unary';
  }

  /** Ends a request stream from this side: the handler sees the error after what it already took. */
  endRequests(error: Error): void {
    this.chunks.fail(error);
  }

  /** Aborts the handler; what it still answers is dropped by the transport. */
  cancel(error: Error): void {
    if (this.finished || this.cancellation.aborted) return;
    this.cancellation.cancel(error);
    this.chunks.fail(error);
  }

  private async run(): Promise<void> {
    try {
      this.checkToken();
      await this.handle();
      this.transport.sendStatus({ code: status.OK, details: 'OK' });
    } catch (error) {
      this.refuse(error);
    } finally {
      this.finished = true;
    }
  }

  /** As agents send it: metadata `authentication` is the token itself, without a scheme word. The refusal has no text, as upstream. */
  private checkToken(): void {
    if (this.tokenMatches === undefined) return;
    const given = this.requestMetadata!.get('authentication');
    if (given.length === 1 && this.tokenMatches(String(given[0]))) return;
    this.context.refusals.refused(this.path, this.peer);
    throw new StatusError('PERMISSION_DENIED', '');
  }

  private async handle(): Promise<void> {
    const { method } = this;
    if (method.kind === 'bidi') {
      for await (const reply of method.handle(this.chunks, this)) {
        if (this.settled) return;
        await this.send(reply);
      }
      return;
    }
    const reply = method.kind === 'unary' ? await method.handle(await this.onlyMessage(), this) : await method.handle(this.chunks, this);
    // Not awaited: the status then leaves in the same packet.
    this.write(reply, () => undefined);
  }

  private async onlyMessage(): Promise<Uint8Array> {
    let message: Uint8Array | undefined;
    for await (const chunk of this.chunks) {
      if (message !== undefined || chunk.length > 1) throw new StatusError('INVALID_ARGUMENT', 'more than one message in a unary call');
      message = chunk[0];
    }
    if (message === undefined) throw new StatusError('INVALID_ARGUMENT', 'no message in a unary call');
    return message;
  }

  /** Resolves when the transport took it, or the call has ended; a slow reader slows the handler in this way. */
  private send(reply: Uint8Array): Promise<void> {
    return new Promise((resolve) => {
      this.wakeSender = resolve;
      this.write(reply, resolve);
    });
  }

  private write(reply: Uint8Array, taken: () => void): void {
    if (this.settled) {
      taken();
      return;
    }
    this.context.metrics.sentBytes(this.path, reply.byteLength);
    this.transport.sendMessage(Buffer.isBuffer(reply) ? reply : Buffer.from(reply.buffer, reply.byteOffset, reply.byteLength), taken);
  }

  private refuse(error: unknown): void {
    const { status: name, message } = statusOf(error);
    if (name === 'INTERNAL') this.context.logger.error(`gRPC ${this.path} failed`, { error, peer: this.peer, answered: !this.settled });
    if (this.settled) return;
    this.transport.sendStatus({ code: STATUS[name].grpc, details: wellFormed(message.slice(0, LONGEST_MESSAGE)) });
  }

  private settle(code: number): void {
    if (this.settled) return;
    this.settled = true;
    this.context.open.delete(this);
    this.context.metrics.receivedBytes(this.path, this.received);
    this.context.metrics.finished(this.path, code);
    this.wakeSender?.();
  }
}

/** Lone surrogates cannot be encoded into the header. */
const wellFormed = (text: string): string => Buffer.from(text, 'utf8').toString('utf8');

/** Lower-case names; repeated values joined by `, `; binary values (names ending in -bin) as base64. */
function toHeaders(metadata: Metadata): Headers {
  const headers = new Map<string, string>();
  for (const [name, values] of Object.entries(metadata.toJSON())) {
    headers.set(name, values.map((v) => (typeof v === 'string' ? v : v.toString('base64'))).join(', '));
  }
  return headers;
}
