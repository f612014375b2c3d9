import type { ServerHttp2Stream } from 'node:http2';
import type { RawMessages } from '@skein/core';
import { inflateMessage } from './compression.js';
import { FrameReader } from './framing.js';
import { type ChunkSource, MessageChunks } from './message-chunks.js';
import { ProtocolError } from './protocol-error.js';
import { Code } from './status-codes.js';

/** Who a request belongs to. */
export interface RequestOwner {
  /** Ends the call because of what the client sent. */
  refuseRequest(error: ProtocolError): void;
}

/** The request of one call: its bytes become messages, as fast as the handler takes them. A handler that is slow stops the client. */
export class Request implements ChunkSource {
  /** Bytes of all messages so far, inflated. */
  received = 0;
  private readonly chunks = new MessageChunks(this);
  private readonly frames: FrameReader;
  private inflating = false;
  private paused = false;
  /** The client has sent everything. */
  private complete = false;
  /** Nothing is read any more; what still comes is dropped. */
  private closed = false;

  /** @param limit bytes of the largest message, also when it is inflated */
  constructor(
    private readonly stream: ServerHttp2Stream,
    private readonly encoding: string | undefined,
    private readonly limit: number,
    private readonly owner: RequestOwner,
  ) {
    this.frames = new FrameReader(limit);
  }

  get messages(): RawMessages {
    return this.chunks;
  }

  /** The client has half-closed. */
  get isComplete(): boolean {
    return this.complete;
  }

  data(bytes: Buffer): void {
    if (this.closed) return;
    this.frames.add(bytes);
    this.read();
  }

  end(): void {
    this.complete = true;
    if (!this.isHeldUp) this.finish();
  }

  /** Ends the request from this side: the handler sees the error after what it already took. */
  fail(error: Error): void {
    this.closed = true;
    this.chunks.fail(error);
    this.goOn();
  }

  /** The call is over: what the client still sends is dropped. */
  close(): void {
    this.closed = true;
    this.goOn();
  }

  private read(): void {
    try {
      while (!this.inflating && !this.closed && !this.isHeldUp) {
        const message = this.frames.next();
        if (message === undefined) break;
        if (this.frames.compressed) this.inflate(message);
        else this.take(message);
      }
    } catch (error) {
      this.refuseBecause(error);
      return;
    }
    if (this.inflating || this.chunks.isFull) this.pause();
    else this.finish();
  }

  /** Inflated messages are far larger than what came; plain ones are in memory already. */
  private get isHeldUp(): boolean {
    return this.encoding !== undefined && this.chunks.isFull;
  }

  private take(message: Uint8Array): void {
    this.received += message.byteLength;
    this.chunks.push(message);
  }

  /** One at a time: the messages stay in order, and many small bombs are no large one. */
  private inflate(message: Uint8Array): void {
    this.inflating = true;
    inflateMessage(this.encoding, message, this.limit).then(
      (inflated) => {
        this.inflating = false;
        if (!this.closed) this.take(inflated);
        this.goOn();
      },
      (error: unknown) => {
        this.inflating = false;
        this.refuseBecause(error);
        this.goOn();
      },
    );
  }

  /** There is room again, or nothing is wanted any more. */
  goOn(): void {
    if (!this.closed) this.read();
    if (this.inflating || !this.paused || (!this.closed && this.chunks.isFull)) return;
    this.paused = false;
    this.stream.resume();
  }

  private pause(): void {
    if (this.paused) return;
    this.paused = true;
    this.stream.pause();
  }

  /** Tells the handler of the end when every message before it was told. */
  private finish(): void {
    if (!this.complete || this.closed || this.inflating) return;
    if (this.frames.isInside) this.refuseBecause(new ProtocolError(Code.INTERNAL, 'the request ends inside a message'));
    else this.chunks.end();
  }

  private refuseBecause(error: unknown): void {
    if (this.closed) return;
    this.closed = true;
    const problem = error instanceof ProtocolError ? error : new ProtocolError(Code.INTERNAL, 'the request cannot be read');
    this.owner.refuseRequest(problem);
    this.chunks.fail(problem);
    this.goOn();
  }
}
