import type { IncomingHttpHeaders, ServerHttp2Stream } from 'node:http2';
import {
  Cancellation,
  type Clock,
  type GrpcCall,
  type GrpcMethod,
  type Headers,
  type Logger,
  STATUS,
  StatusError,
  statusOf,
} from '@skein/core';
import type { CallMetrics } from './call-metrics.js';
import type { Connection } from './connection.js';
import { frame } from './framing.js';
import { ProtocolError } from './protocol-error.js';
import { Request, type RequestOwner } from './request.js';
import { metadataOf, parseTimeout } from './request-headers.js';
import { REPLY_HEADERS, trailers, trailersOnly } from './response-headers.js';
import { Code } from './status-codes.js';
import type { TokenRefusals } from './token-refusals.js';

/** What all calls of a socket share. */
export interface CallContext {
  readonly logger: Logger;
  readonly metrics: CallMetrics;
  readonly clock: Clock;
  readonly open: Set<Call>;
  readonly refusals: TokenRefusals;
  readonly maxMessageBytes: number;
}

const WITH_TRAILERS = { waitForTrailers: true, sendDate: false } as const;
const WITHOUT_BODY = { endStream: true, sendDate: false } as const;

const CALL = Symbol('call');
type StreamOfCall = ServerHttp2Stream & { [CALL]: Call };

// The listeners of all calls: closures of their own would live as long as the calls do, and the garbage collector would copy them.
function onData(this: StreamOfCall, bytes: Buffer): void {
  this[CALL].received(bytes);
}
function onEnd(this: StreamOfCall): void {
  this[CALL].requestEnded();
}
function onWantTrailers(this: StreamOfCall): void {
  this[CALL].sendTrailers();
}
function onAborted(this: StreamOfCall): void {
  this.destroy();
}
function onClose(this: StreamOfCall): void {
  this[CALL].closed();
}

/** One call of a contributed method, over one HTTP/2 stream. */
export class Call implements GrpcCall, RequestOwner {
  readonly path: string;
  /** The call has ended before its handler did. */
  readonly cancellation = new Cancellation();
  deadline: number | undefined;
  private readonly request: Request;
  private headers: Headers | undefined;
  private timer: Disposable | undefined;
  /** A status was sent, or cannot be sent any more. */
  private settled = false;
  /** The handler has returned. */
  private finished = false;
  private code: number = Code.OK;
  private message = '';
  private wakeSender: (() => void) | undefined;

  constructor(
    private readonly stream: ServerHttp2Stream,
    private readonly rawHeaders: IncomingHttpHeaders,
    private readonly method: GrpcMethod,
    private readonly connection: Connection,
    private readonly context: CallContext,
  ) {
    this.path = method.path;
    const encoding = rawHeaders['grpc-encoding'] as string | undefined;
    this.request = new Request(stream, encoding, context.maxMessageBytes, this);
    context.open.add(this);
    context.metrics.started();
    connection.callOpened();
  }

  /** The stream brought bytes of the request. */
  received(bytes: Buffer): void {
    this.request.data(bytes);
  }

  /** Runs the handler. `tokenMatches`: asked for where a token is set. */
  start(tokenMatches: ((given: string) => boolean) | undefined): void {
    const owned = this.stream as StreamOfCall;
    owned[CALL] = this;
    owned.on('data', onData);
    owned.on('end', onEnd);
    owned.on('wantTrailers', onWantTrailers);
    owned.on('aborted', onAborted);
    owned.on('close', onClose);
    if (this.startDeadline()) void this.run(tokenMatches);
  }

  get metadata(): Headers {
    this.headers ??= metadataOf(this.rawHeaders);
    return this.headers;
  }

  get peer(): string {
    return this.connection.peer;
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
    this.request.fail(error);
  }

  /** Aborts the handler; what it still answers is dropped. */
  cancel(error: Error): void {
    if (this.finished || this.cancellation.aborted) return;
    this.cancellation.cancel(error);
    this.request.fail(error);
  }

  /** False when the call cannot be run. */
  private startDeadline(): boolean {
    const header = this.rawHeaders['grpc-timeout'];
    if (header === undefined) return true;
    const timeout = parseTimeout(String(header));
    if (timeout === undefined) {
      this.end(Code.INTERNAL, 'the header grpc-timeout is malformed');
      return false;
    }
    const { clock } = this.context;
    this.deadline = clock.now() + timeout;
    this.timer = clock.setTimeout(() => {
      this.end(Code.DEADLINE_EXCEEDED, 'deadline exceeded');
      this.cancel(new StatusError('DEADLINE_EXCEEDED', 'deadline exceeded'));
    }, timeout);
    return true;
  }

  private async run(tokenMatches: ((given: string) => boolean) | undefined): Promise<void> {
    try {
      this.checkToken(tokenMatches);
      await this.handle();
      this.end(Code.OK, '');
    } catch (error) {
      this.refuse(error);
    } finally {
      this.finished = true;
    }
  }

  /** As agents send it: metadata `authentication` is the token itself, without a scheme word. The refusal has no text, as upstream. */
  private checkToken(tokenMatches: ((given: string) => boolean) | undefined): void {
    if (tokenMatches === undefined) return;
    const given = this.rawHeaders.authentication;
    if (typeof given === 'string' && tokenMatches(given)) return;
    this.context.refusals.refused(this.path, this.peer);
    throw new StatusError('PERMISSION_DENIED', '');
  }

  private async handle(): Promise<void> {
    const { method } = this;
    const { messages } = this.request;
    if (method.kind === 'bidi') {
      for await (const reply of method.handle(messages, this)) {
        if (!this.canSend) return;
        await this.send(reply);
      }
      return;
    }
    const reply = method.kind === 'unary' ? await method.handle(await this.onlyMessage(), this) : await method.handle(messages, this);
    if (this.canSend) this.stream.end(this.framed(reply));
  }

  /** A client that went away is known to the stream a little before it tells of it. */
  private get canSend(): boolean {
    return !this.settled && !this.stream.destroyed && !this.stream.closed;
  }

  private async onlyMessage(): Promise<Uint8Array> {
    let message: Uint8Array | undefined;
    for await (const chunk of this.request.messages) {
      if (message !== undefined || chunk.length > 1) throw new StatusError('INVALID_ARGUMENT', 'more than one message in a unary call');
      message = chunk[0];
    }
    if (message === undefined) throw new StatusError('INVALID_ARGUMENT', 'no message in a unary call');
    return message;
  }

  /** Resolves when the client's window took it, or the call has ended; a slow reader slows the handler in this way. */
  private send(reply: Uint8Array): Promise<void> {
    return new Promise((resolve) => {
      this.wakeSender = resolve;
      // An error is followed by the end of the stream, which is where it is told.
      this.stream.write(this.framed(reply), () => resolve());
    });
  }

  /** A reply as it goes over the wire; its head goes before the first. */
  private framed(reply: Uint8Array): Buffer {
    if (!this.stream.headersSent) this.stream.respond(REPLY_HEADERS, WITH_TRAILERS);
    this.context.metrics.sentBytes(this.path, reply.byteLength);
    return frame(reply);
  }

  private refuse(error: unknown): void {
    const { status, message } = statusOf(error);
    if (status === 'INTERNAL' && !(error instanceof ProtocolError)) {
      this.context.logger.error(`gRPC ${this.path} failed`, { error, peer: this.peer, answered: !this.settled });
    }
    this.end(STATUS[status].grpc, message);
  }

  refuseRequest(error: ProtocolError): void {
    this.end(error.code, error.message);
    if (!this.finished) this.cancellation.cancel(error);
  }

  /** Sends the status, once. After messages it goes behind the last of them. */
  private end(code: number, message: string): void {
    const { stream } = this;
    if (this.settled) return;
    this.code = code;
    this.message = message;
    this.settle(code);
    if (stream.destroyed || stream.closed) return;
    if (stream.headersSent) {
      if (!stream.writableEnded) stream.end();
    } else {
      stream.respond(trailersOnly(code, message), WITHOUT_BODY);
      this.letGo();
    }
  }

  sendTrailers(): void {
    this.stream.sendTrailers(trailers(this.code, this.message));
    this.letGo();
  }

  /** The client has its status: what it still wants to send is of no use. */
  private letGo(): void {
    this.request.close();
    const { stream, request } = this;
    if (request.isComplete) return;
    // node:http2 sends trailers in a turn of its own.
    setImmediate(() => {
      if (!request.isComplete && !stream.destroyed) stream.close();
    });
  }

  requestEnded(): void {
    // A stream that its client reset without an error looks ended, too.
    if (!this.stream.aborted) this.request.end();
  }

  /** Comes after every call, also a good one. */
  closed(): void {
    this.connection.callClosed();
    this.settle(Code.CANCELLED);
    this.request.close();
    if (!this.finished) this.cancel(new StatusError('UNAVAILABLE', 'the call has ended'));
  }

  private settle(code: number): void {
    if (this.settled) return;
    this.settled = true;
    this.timer?.[Symbol.dispose]();
    this.context.open.delete(this);
    this.context.metrics.receivedBytes(this.path, this.request.received);
    this.context.metrics.finished(this.path, code);
    this.wakeSender?.();
  }
}
