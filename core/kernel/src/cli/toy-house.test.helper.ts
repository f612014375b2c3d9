import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect } from '@jest/globals';
import Type from 'typebox';
import { AnnouncementsToken } from '../api/facilities.js';
import { defineModule } from '../api/module.js';
import { createToken } from '../api/tokens.js';
import { loadConfig } from '../config/load-config.js';
import { ByteSize } from '../config/units.js';
import type { AnyModule } from '../host/types.js';
import { listen } from '../listeners/sockets.js';
import type { CliIo, StopSignal } from './cli-io.js';
import { DEFAULT_CONFIG } from './default-config.js';
import { importModule } from './import-module.js';
import { runCli } from './run-cli.js';

interface Store {
  readonly kind: string;
}
const StorageToken = createToken<Store>('storage');
const QueryToken = createToken<object>('query');

const Listener = Type.Object({
  port: Type.Integer({ minimum: 0, maximum: 65535, description: 'TCP port; 0 picks a free one' }),
  host: Type.String({ default: '127.0.0.1' }),
  maxBody: ByteSize({ default: '10MiB' }),
  contextPath: Type.Optional(Type.String()),
  token: Type.Optional(Type.String({ writeOnly: true })),
});
const Listeners = Type.Object({ listeners: Type.Record(Type.String(), Listener) });

/** Listeners that others have routes on; the rest stay closed, as in the real servers. */
const OPEN: readonly string[] = ['grpc', 'rest'];

/** Stands for a server of the house: binds in `onReady` if told to, and says where. */
export const server = (name: string, label: string, bind = false): AnyModule =>
  defineModule({
    name,
    config: Listeners,
    needs: { announcements: AnnouncementsToken },
    activate({ config, services, onReady, own }) {
      onReady(async () => {
        for (const [listener, { host, port }] of Object.entries(config.listeners)) {
          if (!OPEN.includes(listener)) continue;
          if (bind) {
            const socket = createServer();
            own(() => void socket.close());
            await listen(socket, { host, port }, `modules.${name}.listeners.${listener}`);
          }
          services.announcements.announce(label, label === 'HTTP' ? `http://${host}:${port}` : `${host}:${port}`);
        }
      });
    },
  });

export const store = (name: string, onReady: () => void = () => undefined): AnyModule =>
  defineModule({
    name,
    provides: [StorageToken],
    config: Type.Object({ path: Type.String({ default: './data', description: 'folder of the data' }) }),
    activate: (context) => {
      context.provide(StorageToken, { kind: name });
      context.onReady(onReady);
    },
  });

const plain = (name: string): AnyModule => defineModule({ name, config: Type.Object({}) });

/** The modules of the default configuration; those that no test looks into do nothing. */
export const HOUSE: Readonly<Record<string, AnyModule>> = Object.fromEntries(
  [
    ...loadConfig([DEFAULT_CONFIG], {}).modules.map(({ name }) => plain(name)),
    store('storage-level'),
    defineModule({
      name: 'query',
      needs: { storage: StorageToken },
      provides: [QueryToken],
      activate: ({ provide }) => provide(QueryToken, {}),
    }),
    defineModule({ name: 'query-graphql', config: Type.Object({ path: Type.String({ default: '/graphql' }) }) }),
    server('grpc-server', 'gRPC'),
    server('http-server', 'HTTP'),
  ].map((definition: AnyModule) => [definition.name, definition]),
);

export let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'skein-cli-'));
  await writeFile(join(folder, 'package.json'), '{ "type": "module" }');
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** What a command line finds in its folder and around it. */
export interface Run {
  readonly config?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** In place of, or beside, the modules of the house. */
  readonly modules?: Readonly<Record<string, AnyModule>>;
  /** Other files in the folder. */
  readonly files?: Readonly<Record<string, string>>;
  /** Thrown where nobody catches it, once the server is ready, in place of a signal. */
  readonly uncaught?: readonly unknown[];
}

let runs = 0;
/** Runs a command line in a folder of its own; `start` is stopped as soon as it has said that it is ready. */
export async function run(argv: readonly string[], { config, env = {}, modules = {}, files = {}, uncaught = [] }: Run = {}) {
  const cwd = join(folder, String(runs++));
  await mkdir(cwd);
  if (config !== undefined) await writeFile(join(cwd, 'skein.yml'), config);
  for (const [name, text] of Object.entries(files)) await writeFile(join(cwd, name), text);
  let stop: ((signal: StopSignal) => void) | undefined;
  let crash: ((error: unknown) => void) | undefined;
  const exits: number[] = [];
  const text = { stdout: '', stderr: '' };
  const io: CliIo = {
    stdout: {
      write: (part) => {
        text.stdout += part;
        if (!part.includes('is ready')) return;
        if (uncaught.length === 0) stop?.('SIGTERM');
        for (const error of uncaught) crash?.(error);
      },
    },
    stderr: {
      write: (part) => {
        text.stderr += part;
      },
    },
    env,
    cwd,
    onSignal: (listener) => {
      stop = listener;
      return {
        [Symbol.dispose]: () => {
          stop = undefined;
        },
      };
    },
    onUncaught: (listener) => {
      crash = listener;
      return {
        [Symbol.dispose]: () => {
          crash = undefined;
        },
      };
    },
    exit: (code) => void exits.push(code),
    importModule: async (name, from) => {
      const definition = { ...HOUSE, ...modules }[name];
      if (definition === undefined) return importModule(name, from, cwd);
      return { definition, file: `/modules/${name}.js`, version: '0.1.0', description: `The ${name}` };
    },
  };
  const code = await runCli(argv, io);
  expect([stop, crash]).toEqual([undefined, undefined]);
  return { code, ...text, cwd, exits };
}

/** What a failed start prints, without the parts that differ from machine to machine. */
export async function failure(setup: Run): Promise<string> {
  const { code, stdout, stderr } = await run(['start'], setup);
  expect([code, stdout]).toEqual([1, '']);
  return stderr;
}
