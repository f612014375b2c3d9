import type { RawMessages } from '@skein/core';

/** A chunk is handed over at the latest when it is this large; what is behind it stays in the transport, which then stops the client. */
const CHUNK_BYTES = 256 * 1024;
const CHUNK_MESSAGES = 1024;

interface Waiter {
  resolve(result: IteratorResult<readonly Uint8Array[]>): void;
  reject(error: Error): void;
}

/**
 * The messages of one call as an async iterable of chunks: everything that is there makes one chunk. Reads on while the consumer is busy,
 * but never more than one chunk ahead. For one consumer.
 */
export class MessageChunks implements RawMessages {
  private pending: Uint8Array[] = [];
  private bytes = 0;
  private ended = false;
  /** A turn of the event loop has passed since the end: no failure of the call is on its heels. */
  private surelyEnded = false;
  private error: Error | undefined;
  /** A message was asked for and has not come yet. */
  private outstanding = false;
  private pumping = false;
  private waiter: Waiter | undefined;
  private scheduled = false;

  /** @param read asks the transport for one message; it answers, now or later, with {@link push}, {@link end} or {@link fail}. */
  constructor(private readonly read: () => void) {}

  /** A message that owns its bytes. */
  push(message: Uint8Array): void {
    this.outstanding = false;
    if (this.ended) return;
    this.pending.push(message);
    this.bytes += message.byteLength;
    this.pump();
    this.schedule();
  }

  /** No more messages. A call that its client cancels often looks ended first, and failed only after that. */
  end(): void {
    this.ended = true;
    this.schedule();
  }

  /** Ends the iteration with an error, at once: messages that nobody took are dropped. */
  fail(error: Error): void {
    if (this.ended && this.pending.length === 0) return;
    this.ended = true;
    this.error = error;
    this.pending = [];
    this.deliver();
  }

  [Symbol.asyncIterator](): AsyncIterator<readonly Uint8Array[]> {
    return {
      next: () => this.next(),
      return: () => {
        this.ended = true;
        this.pending = [];
        return Promise.resolve({ done: true, value: undefined });
      },
    };
  }

  private next(): Promise<IteratorResult<readonly Uint8Array[]>> {
    return new Promise((resolve, reject) => {
      this.waiter = { resolve, reject };
      this.pump();
      if (this.error !== undefined || this.isFull || this.surelyEnded) this.deliver();
      else this.schedule();
    });
  }

  private get isFull(): boolean {
    return this.bytes >= CHUNK_BYTES || this.pending.length >= CHUNK_MESSAGES;
  }

  /** Whatever else this turn of the event loop brings joins the chunk. */
  private schedule(): void {
    if (this.scheduled || this.waiter === undefined || (this.pending.length === 0 && !this.ended)) return;
    this.scheduled = true;
    setImmediate(() => {
      this.scheduled = false;
      this.surelyEnded = this.ended;
      this.deliver();
    });
  }

  private deliver(): void {
    const { waiter } = this;
    if (waiter === undefined) return;
    if (this.error !== undefined) waiter.reject(this.error);
    else if (this.pending.length > 0) waiter.resolve({ done: false, value: this.take() });
    else if (this.ended) waiter.resolve({ done: true, value: undefined });
    else return;
    this.waiter = undefined;
  }

  private take(): readonly Uint8Array[] {
    const chunk = this.pending;
    this.pending = [];
    this.bytes = 0;
    this.pump();
    return chunk;
  }

  /** A loop, not a recursion: the transport may answer `read` before it returns, thousands of times in a row for tiny messages. */
  private pump(): void {
    if (this.pumping) return;
    this.pumping = true;
    while (!this.outstanding && !this.ended && !this.isFull) {
      this.outstanding = true;
      this.read();
    }
    this.pumping = false;
  }
}
