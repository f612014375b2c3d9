import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { SERVER_FLAGS } from '../cli/server-flags.js';
import { DIE_WITH_PARENT } from './die-with-parent.js';

/** How a server process of a test is started. */
export interface ServerProcessOptions {
  /** Text of the `skein.yml` in the server's folder; default: none, so the default modules. */
  readonly config?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Flags for Node.js itself, for example `--import` of a probe. */
  readonly execArgv?: readonly string[];
}

/**
 * A real server for end-to-end tests and benchmarks: `skein start` in a process of its own, in a fresh folder, on free ports of 127.0.0.1.
 * Needs the build. The process has an IPC channel, so a probe loaded with `--import` can talk to the test. It ends when the test's process
 * is gone.
 */
export class ServerProcess {
  private child: ChildProcess | undefined;
  private printed = '';

  private constructor(
    readonly folder: string,
    /** `host:port` of the gRPC listener. */
    readonly grpc: string,
    /** Base URL of the HTTP listener. */
    readonly http: string,
    private readonly options: ServerProcessOptions,
  ) {}

  /** Resolves when the server is ready. */
  static async start(options: ServerProcessOptions = {}): Promise<ServerProcess> {
    const folder = await mkdtemp(join(tmpdir(), 'skein-'));
    if (options.config !== undefined) await writeFile(join(folder, 'skein.yml'), options.config);
    const [grpc, rest] = [await freePort(), await freePort()];
    const server = new ServerProcess(folder, `127.0.0.1:${grpc}`, `http://127.0.0.1:${rest}`, options);
    await server.boot();
    return server;
  }

  /** Everything that the server wrote to stdout and stderr, at most the last MiB. */
  get output(): string {
    return this.printed;
  }

  get dataFolder(): string {
    return join(this.folder, 'data');
  }

  /** Starts the server again in the same folder and on the same ports, after {@link kill}. */
  async boot(): Promise<void> {
    const child = fork(fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url)), ['start'], {
      cwd: this.folder,
      execArgv: [...SERVER_FLAGS, ...DIE_WITH_PARENT, ...(this.options.execArgv ?? [])],
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      env: {
        ...process.env,
        SW_CORE_GRPC_PORT: this.grpc.split(':')[1]!,
        SW_CORE_REST_PORT: new URL(this.http).port,
        SKEIN_DATA: this.dataFolder,
        ...this.options.env,
      },
    });
    this.child = child;
    for (const stream of [child.stdout!, child.stderr!]) stream.on('data', (part) => this.print(String(part)));
    await this.untilReady(child);
  }

  /** Sends a message to a probe in the server and resolves with its answer. */
  async ask(message: string): Promise<unknown> {
    const child = this.running();
    const answer = once(child, 'message');
    child.send(message);
    return (await answer)[0];
  }

  /** Ends the process with a signal and resolves with its exit code; null when the signal killed it. */
  async kill(signal: NodeJS.Signals = 'SIGKILL'): Promise<number | null> {
    const child = this.running();
    const gone = once(child, 'exit');
    child.kill(signal);
    this.child = undefined;
    return (await gone)[0] as number | null;
  }

  /** Drains and ends the server, if it runs, and removes its folder. */
  async dispose(): Promise<void> {
    if (this.child !== undefined && this.child.exitCode === null && this.child.signalCode === null) await this.kill('SIGTERM');
    await rm(this.folder, { recursive: true, force: true });
  }

  private running(): ChildProcess {
    if (this.child === undefined) throw new Error('the server is not running');
    return this.child;
  }

  private print(text: string): void {
    this.printed = (this.printed + text).slice(-1024 * 1024);
  }

  private async untilReady(child: ChildProcess): Promise<void> {
    const giveUp = Date.now() + 60_000;
    while (Date.now() < giveUp) {
      if (child.exitCode !== null || child.signalCode !== null) throw new Error(`the server ended before it was ready:\n${this.printed}`);
      const ready = await fetch(`${this.http}/readyz`).then(
        (response) => response.ok,
        () => false,
      );
      if (ready) return;
      await new Promise((done) => setTimeout(done, 25));
    }
    throw new Error(`the server was not ready within 60 s:\n${this.printed}`);
  }
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as { port: number };
  probe.close();
  await once(probe, 'close');
  return port;
}
