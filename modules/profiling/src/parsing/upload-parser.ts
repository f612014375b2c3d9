import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { type Clock, StreamError } from '@skein/core';
import { type ParseOutcome, parseUpload, type UploadKind } from './parse-upload.js';
import type { ParseJob } from './parse-worker.js';

/** Uploads that wait for the one that is parsed. */
const MAX_WAITING = 32;
/** Usual heap of the thread. A recording of 30 MB takes less than 500 MB. */
const MAX_HEAP_MB = 1024;
/** Compiled beside this file. */
const WORKER = new URL('./parse-worker.js', import.meta.url);

/** Settings of the parser. */
export interface UploadParserOptions {
  /** Longest time for one upload, ms. */
  readonly timeoutMs: number;
  readonly clock: Clock;
  /** File of the thread; for tests. */
  readonly worker?: URL;
  /** Heap of the thread, MB. */
  readonly maxHeapMb?: number;
}

/**
 * Parses uploads one after another, each in a thread of its own, so that neither time nor memory of a hostile file is taken from the server.
 * Where the compiled thread is not beside this file (sources run directly, or bundled into one file), it parses in the process, which the
 * limits of the parsers keep from hanging.
 */
export class UploadParser implements AsyncDisposable {
  private readonly worker: URL | undefined;
  private readonly maxHeapMb: number;
  private last: Promise<unknown> = Promise.resolve();
  private waiting = 0;
  private running: Worker | undefined;
  private stopped = false;

  constructor(private readonly options: UploadParserOptions) {
    const worker = options.worker ?? WORKER;
    this.maxHeapMb = options.maxHeapMb ?? MAX_HEAP_MB;
    this.worker = existsSync(fileURLToPath(worker)) ? worker : undefined;
  }

  /** @throws StreamError REFUSED when too many wait, CLOSED when the module stops. */
  async parse(kind: UploadKind, file: Uint8Array): Promise<ParseOutcome> {
    if (this.waiting >= MAX_WAITING) throw new StreamError('REFUSED', `${MAX_WAITING} uploads wait to be parsed`, true);
    this.waiting += 1;
    const turn = this.last.then(() => this.run(kind, file));
    this.last = turn.catch(() => undefined);
    try {
      return await turn;
    } finally {
      this.waiting -= 1;
    }
  }

  /** Ends what is being parsed. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.stopped = true;
    await this.running?.terminate();
    await this.last;
  }

  private async run(kind: UploadKind, file: Uint8Array): Promise<ParseOutcome> {
    if (this.stopped) throw closed();
    if (this.worker === undefined) return parseUpload(kind, file);
    const job: ParseJob = { kind, file };
    const thread = new Worker(this.worker, { workerData: job, resourceLimits: { maxOldGenerationSizeMb: this.maxHeapMb } });
    this.running = thread;
    try {
      return await this.outcomeOf(thread);
    } finally {
      this.running = undefined;
      await thread.terminate();
    }
  }

  private async outcomeOf(thread: Worker): Promise<ParseOutcome> {
    let timer: Disposable | undefined;
    try {
      return await new Promise<ParseOutcome>((resolve, reject) => {
        const { clock, timeoutMs } = this.options;
        timer = clock.setTimeout(() => resolve({ problem: `it could not be parsed in ${timeoutMs} ms` }), timeoutMs);
        thread.once('message', (outcome: ParseOutcome) => resolve(outcome));
        thread.once('error', (error: NodeJS.ErrnoException) => {
          if (error.code === 'ERR_WORKER_OUT_OF_MEMORY') resolve({ problem: `it takes more than ${this.maxHeapMb} MB to parse` });
          else reject(error);
        });
        thread.once('exit', () => reject(this.stopped ? closed() : new Error('the parsing thread ended without an answer')));
      });
    } finally {
      timer?.[Symbol.dispose]();
    }
  }
}

const closed = (): StreamError => new StreamError('CLOSED', 'the server stops', true);
