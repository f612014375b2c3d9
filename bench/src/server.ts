import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { ServerProcess } from '@skein/core/testing';
import type { Sample } from './probe.js';

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

  async sample(): Promise<Sample> {
    return (await this.process.ask('sample')) as Sample;
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
    const response = await fetch(`${this.process.http}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query, variables }),
    });
    const { data, errors } = (await response.json()) as { data: T; errors?: readonly { message: string }[] };
    if (errors !== undefined) throw new Error(`${errors[0]?.message} in ${query}`);
    return data;
  }

  stop(): Promise<void> {
    return this.process.dispose();
  }
}
