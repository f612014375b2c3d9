import { FILE_HEADER, FRAME_HEADER_BYTES, fileName, MAX_PAYLOAD_BYTES, type Span, writeFrame } from './frame.js';
import { type JournalDirectory, type JournalFile, listBases } from './journal-directory.js';
import { type ReplayReport, replayFiles } from './journal-replay.js';

export interface JournalOptions {
  /** false: entries survive the end of the process, not a power loss. */
  readonly sync: boolean;
  /** Size at which a new file begins. */
  readonly fileBytes: number;
}

interface Pending {
  readonly payload: Uint8Array;
  readonly durable: (span: Span) => void;
  resolve(): void;
  reject(error: unknown): void;
}

/** Bytes that go into one write, at most; an entry that is larger goes alone. */
const GROUP_BYTES = 16 * 1024 * 1024;
/** A smaller file is kept although all of it is flushed: making another one takes time too. */
const MIN_ENDED_BYTES = 1024 * 1024;

/**
 * Append-only files of checksummed entries. An append resolves when its entry is on disk. What arrives meanwhile is written together next.
 *
 * A failed write is cut back. If that fails too, or a sync fails (after which nobody knows what is on disk), the file is left behind:
 * the next one begins, by its name, where the last good entry ended.
 */
export class Journal {
  readonly #directory: JournalDirectory;
  readonly #options: JournalOptions;
  #queue: Pending[] = [];
  #writing: Promise<void> | undefined;
  #file: JournalFile | undefined;
  #base = 0;
  #end = 0;
  #oldest = 0;
  #closed = false;

  constructor(directory: JournalDirectory, options: JournalOptions) {
    this.#directory = directory;
    this.#options = options;
  }

  /** Bytes of all files. */
  get bytes(): number {
    return this.#end - this.#oldest;
  }

  /**
   * Reads every entry that ends behind `from`, in order, and cuts a torn tail off. Must be done once, before the first append.
   * `floor`: the largest position that anyone remembers; new entries come behind it, also when all files are gone.
   */
  async replay(from: number, floor: number, visit: (payload: Buffer, span: Span) => Promise<void> | void): Promise<ReplayReport> {
    const report = await replayFiles(this.#directory, from, visit);
    this.#end = Math.max(report.end, floor);
    this.#base = this.#end;
    this.#oldest = Math.min(report.oldest, this.#end);
    return report;
  }

  /** `durable` is called as soon as the entry is on disk, for all entries in their order; then the promise resolves. */
  append(payload: Uint8Array, durable: (span: Span) => void): Promise<void> {
    if (this.#closed) return Promise.reject(new Error('the journal is closed'));
    if (payload.byteLength > MAX_PAYLOAD_BYTES) return Promise.reject(new Error('the commit is too large for the journal'));
    return new Promise((resolve, reject) => {
      this.#queue.push({ payload, durable, resolve, reject });
      this.#writing ??= this.#drain();
    });
  }

  /** Removes the files that hold nothing behind this position. */
  async release(before: number): Promise<void> {
    await this.#endFile(before);
    const bases = await listBases(this.#directory);
    for (const [i, base] of bases.entries()) {
      // The last file is in use, or just being made, unless it is one of before a restart or one left behind.
      const done = this.#file === undefined && base < this.#end;
      const end = bases[i + 1] ?? (done ? this.#end : Number.POSITIVE_INFINITY);
      if (end > before) break;
      await this.#directory.remove(fileName(base));
      // Another call may have come further meanwhile.
      this.#oldest = Math.max(this.#oldest, Math.min(end, this.#end));
    }
  }

  /** Ends a file of some size that nobody needs any more, so that what is quiet takes no space; the next entry begins another one. */
  async #endFile(before: number): Promise<void> {
    const file = this.#file;
    if (file === undefined || this.#writing !== undefined || before < this.#end || this.#end - this.#base < MIN_ENDED_BYTES) return;
    this.#file = undefined;
    await file.close();
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#writing;
    const file = this.#file;
    this.#file = undefined;
    await file?.close();
  }

  async #drain(): Promise<void> {
    while (this.#queue.length > 0) {
      const group = this.#takeGroup();
      try {
        const spans = await this.#write(group);
        for (const [i, pending] of group.entries()) {
          pending.durable(spans[i]!);
          pending.resolve();
        }
      } catch (error) {
        for (const pending of group) pending.reject(error);
      }
    }
    this.#writing = undefined;
  }

  #takeGroup(): Pending[] {
    let bytes = 0;
    let count = 0;
    for (const { payload } of this.#queue) {
      bytes += payload.byteLength;
      if (count > 0 && bytes > GROUP_BYTES) break;
      count++;
    }
    return this.#queue.splice(0, count);
  }

  async #write(group: readonly Pending[]): Promise<Span[]> {
    const file = await this.#current();
    const bytes = Buffer.allocUnsafe(group.reduce((sum, { payload }) => sum + FRAME_HEADER_BYTES + payload.byteLength, 0));
    const spans: Span[] = [];
    let at = 0;
    for (const { payload } of group) {
      const next = writeFrame(bytes, at, payload);
      spans.push({ start: this.#end + at, end: this.#end + next });
      at = next;
    }
    await this.#append(file, bytes);
    this.#end += at;
    return spans;
  }

  async #append(file: JournalFile, bytes: Uint8Array): Promise<void> {
    const offset = this.#end - this.#base;
    try {
      await file.write(bytes, offset);
    } catch (error) {
      await file.truncate(offset).catch(() => this.#abandon());
      throw error;
    }
    if (!this.#options.sync) return;
    try {
      await file.sync();
    } catch (error) {
      await this.#abandon();
      throw error;
    }
  }

  /** The file to append to; a new one after a full or an abandoned one. */
  async #current(): Promise<JournalFile> {
    if (this.#file !== undefined && this.#end - this.#base < this.#options.fileBytes) return this.#file;
    const previous = this.#file;
    this.#file = undefined;
    await previous?.close();
    const file = await this.#directory.create(fileName(this.#end));
    try {
      await file.write(FILE_HEADER, 0);
    } catch (error) {
      await file.close();
      throw error;
    }
    this.#base = this.#end;
    this.#end += FILE_HEADER.length;
    this.#file = file;
    return file;
  }

  async #abandon(): Promise<void> {
    const file = this.#file;
    this.#file = undefined;
    // Cutting and closing are courtesies here: whatever lies behind the end is ignored because of the next file's name.
    await file?.truncate(this.#end - this.#base).catch(() => undefined);
    await file?.close().catch(() => undefined);
  }
}
