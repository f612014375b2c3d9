import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ServerProcess } from '@skein/core/testing';
import type { Sample } from './probe.js';

/** The store writes behind every 10 s. */
const WRITE_BEHIND = 11_000;
/** A server that uses less than this share of a core has nothing left to do. */
const QUIET = 0.02;
const LONGEST_SETTLING = 60_000;

/** The server under test, with the default modules, a data directory of its own and a probe inside. */
export class Server {
  private constructor(
    private readonly process: ServerProcess,
    readonly readySeconds: number,
  ) {}

  static async start(config: string): Promise<Server> {
    const started = Date.now();
    const process = await ServerProcess.start({ config, execArgv: ['--import', new URL('./probe.js', import.meta.url).href] });
    return new Server(process, (Date.now() - started) / 1000);
  }

  get grpc(): string {
    return this.process.grpc;
  }

  get http(): string {
    return this.process.http;
  }

  async sample(): Promise<Sample> {
    return (await this.process.ask('sample')) as Sample;
  }

  /** Waits until the store has written behind what it holds, and compacted it as far as it wants to. */
  async settled(): Promise<Sample> {
    const giveUp = Date.now() + LONGEST_SETTLING;
    await sleep(WRITE_BEHIND);
    let last = await this.sample();
    let delayP99 = last.delayP99;
    for (;;) {
      await sleep(1000);
      const now = await this.sample();
      delayP99 = Math.max(delayP99, now.delayP99);
      if (now.cpu - last.cpu < QUIET * 1e6 || Date.now() > giveUp) return { ...now, delayP99 };
      last = now;
    }
  }

  /** Bytes that the data directory takes on the disk. */
  async diskBytes(): Promise<number> {
    const entries = await readdir(this.process.dataFolder, { withFileTypes: true, recursive: true });
    const sizes = entries
      .filter((entry) => entry.isFile())
      .map((entry) =>
        stat(join(entry.parentPath, entry.name)).then(
          (s) => s.blocks * 512,
          // A file that the store has just deleted takes nothing.
          () => 0,
        ),
      );
    return (await Promise.all(sizes)).reduce((a, b) => a + b, 0);
  }

  async query<T>(query: string, variables: object): Promise<T> {
    const response = await fetch(`${this.http}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query, variables }),
    });
    const { data, errors } = (await response.json()) as { data: T; errors?: readonly { message: string }[] };
    if (errors !== undefined) throw new Error(`${errors[0]?.message} in ${query}`);
    return data;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.process.dispose();
  }
}
