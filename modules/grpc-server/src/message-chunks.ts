import type { RawMessages } from '@skein/core';

/** When this much waits for the handler the client is stopped. */
const CHUNK_BYTES = 256 * 1024;
const CHUNK_MESSAGES = 1024;

interface Waiter {
  resolve(result: IteratorResult<readonly Uint8Array[]>): void;
  reject(error: Error): void;
}

/** Who brings the messages. */
export interface ChunkSource {
  /** There is room again, or nothing is wanted any more. */
  goOn(): void;
}

/** How long handlers may work at what they are given in one round of the event loop, ms; then whatever else waits has its turn. */
const SLICE_MS = 20;

/** Chunks that are handed over when this turn of the event loop has brought all it brings: one turn for those of all calls. */
let ripening: MessageChunks[] = [];
/** Chunks that are being handed over, and how far that has got. A commit lets a hundred calls go at once, so there may be many. */
let ripe: readonly MessageChunks[] = [];
let handed = 0;
let begun = 0;

function ripenLater(chunks: MessageChunks): void {
  if (ripening.push(chunks) === 1 && ripe.length === 0) setImmediate(handOver);
}

function handOver(): void {
  if (ripe.length === 0) {
    ripe = ripening;
    ripening = [];
  }
  begun = performance.now();
  handNext();
}

function handNext(): void {
  ripe[handed++]!.ripen();
  queueMicrotask(whenTaken);
}

/** When the handler has done what it can do without waiting. */
const whenTaken = (): void => process.nextTick(goOn);

function goOn(): void {
  if (handed < ripe.length) {
    if (performance.now() - begun > SLICE_MS) setImmediate(handOver);
    else handNext();
    return;
  }
  ripe = [];
  handed = 0;
  if (ripening.length > 0) setImmediate(handOver);
}

/**
 * The messages of one call as an async iterable of chunks: everything that is there makes one chunk. Reads on while the consumer is busy,
 * but hardly more than one chunk ahead. For one consumer.
 */
export class MessageChunks implements RawMessages {
  private pending: Uint8Array[] = [];
  private bytes = 0;
  private ended = false;
  /** A turn of the event loop has passed since the end: no failure of the call is on its heels. */
  private surelyEnded = false;
  private error: Error | undefined;
  private waiter: Waiter | undefined;
  private scheduled = false;

  constructor(private readonly source: ChunkSource) {}

  /** A message that owns its bytes. */
  push(message: Uint8Array): void {
    if (this.ended) return;
    this.pending.push(message);
    this.bytes += message.byteLength;
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
    this.error = error;
    this.drop();
    this.deliver();
  }

  /** Enough waits for the handler: whoever brings messages shall pause. */
  get isFull(): boolean {
    return this.bytes >= CHUNK_BYTES || this.pending.length >= CHUNK_MESSAGES;
  }

  /** The turn of the event loop is over. */
  ripen(): void {
    this.scheduled = false;
    this.surelyEnded = this.ended;
    this.deliver();
  }

  [Symbol.asyncIterator](): AsyncIterator<readonly Uint8Array[]> {
    return {
      next: () => this.next(),
      return: () => {
        this.drop();
        return Promise.resolve({ done: true, value: undefined });
      },
    };
  }

  private next(): Promise<IteratorResult<readonly Uint8Array[]>> {
    return new Promise((resolve, reject) => {
      this.waiter = { resolve, reject };
      if (this.error !== undefined || this.isFull || this.surelyEnded) this.deliver();
      else this.schedule();
    });
  }

  /** Whatever else this turn of the event loop brings joins the chunk. */
  private schedule(): void {
    if (this.scheduled || this.waiter === undefined || (this.pending.length === 0 && !this.ended)) return;
    this.scheduled = true;
    ripenLater(this);
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
    const wasFull = this.isFull;
    this.pending = [];
    this.bytes = 0;
    if (wasFull) this.source.goOn();
    return chunk;
  }

  private drop(): void {
    this.ended = true;
    this.pending = [];
    this.bytes = 0;
    this.source.goOn();
  }
}
