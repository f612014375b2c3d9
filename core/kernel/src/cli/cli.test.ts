import { once } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import Type from 'typebox';
import { AnnouncementsToken } from '../api/facilities.js';
import { defineModule } from '../api/module.js';
import { createToken } from '../api/tokens.js';
import { ByteSize } from '../config/units.js';
import { type AnyModule, BootError } from '../host/types.js';
import { listen } from '../listeners/sockets.js';
import type { CliIo, StopSignal } from './cli-io.js';
import { importModule, ModuleNotFound } from './import-module.js';
import { runCli } from './run-cli.js';
import { inRange } from './version-range.js';

interface Store {
  readonly kind: string;
}
const StorageToken = createToken<Store>('storage');
const QueryToken = createToken<object>('query');

const Listener = Type.Object({
  port: Type.Integer({ minimum: 0, maximum: 65535, description: 'TCP port; 0 picks a free one' }),
  host: Type.String({ default: '127.0.0.1' }),
  maxBody: ByteSize({ default: '10MiB' }),
  token: Type.Optional(Type.String({ writeOnly: true })),
});
const Listeners = Type.Object({ listeners: Type.Record(Type.String(), Listener) });

/** Stands for a server of the house: binds in `onReady` if told to, and says where. */
const server = (name: string, label: string, bind = false): AnyModule =>
  defineModule({
    name,
    config: Listeners,
    needs: { announcements: AnnouncementsToken },
    activate({ config, services, onReady, own }) {
      onReady(async () => {
        for (const [listener, { host, port }] of Object.entries(config.listeners)) {
          if (bind) {
            const socket = createServer();
            own(() => void socket.close());
            await listen(socket, { host, port }, `modules.${name}.listeners.${listener}`);
          }
          services.announcements.announce(label, `${host}:${port}`);
        }
      });
    },
  });

const store = (name: string, onReady: () => void = () => undefined): AnyModule =>
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

const HOUSE: Readonly<Record<string, AnyModule>> = Object.fromEntries(
  [
    store('storage-level'),
    defineModule({
      name: 'query',
      needs: { storage: StorageToken },
      provides: [QueryToken],
      activate: ({ provide }) => provide(QueryToken, {}),
    }),
    ...['naming', 'aggregation', 'trace-analyzer', 'trace-receiver', 'management', 'query-graphql'].map(plain),
    server('grpc-server', 'gRPC'),
    server('http-server', 'HTTP'),
  ].map((definition: AnyModule) => [definition.name, definition]),
);

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'skein-cli-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

interface Run {
  readonly config?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** In place of, or beside, the modules of the house. */
  readonly modules?: Readonly<Record<string, AnyModule>>;
}

let runs = 0;
/** Runs a command line in a folder of its own; `start` is stopped as soon as it has said that it is ready. */
async function run(argv: readonly string[], { config, env = {}, modules = {} }: Run = {}) {
  const cwd = join(folder, String(runs++));
  await mkdir(cwd);
  if (config !== undefined) await writeFile(join(cwd, 'skein.yml'), config);
  let stop: ((signal: StopSignal) => void) | undefined;
  const text = { stdout: '', stderr: '' };
  const io: CliIo = {
    stdout: {
      write: (part) => {
        text.stdout += part;
        if (part.includes('is ready')) stop?.('SIGTERM');
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
    importModule: async (name, from) => {
      const definition = { ...HOUSE, ...modules }[name];
      if (definition === undefined) return importModule(name, from, cwd);
      return { definition, file: `/modules/${name}.js`, version: '0.1.0', description: `The ${name}` };
    },
  };
  const code = await runCli(argv, io);
  expect(stop).toBeUndefined();
  return { code, ...text, cwd };
}

/** What a failed start prints, without the parts that differ from machine to machine. */
async function failure(setup: Run): Promise<string> {
  const { code, stdout, stderr } = await run(['start'], setup);
  expect([code, stdout]).toEqual([1, '']);
  return stderr;
}

describe('skein start', () => {
  test('says where to send data, that only this machine can, and ends with 0 when it is stopped', async () => {
    const { code, stdout, stderr } = await run(['start'], { env: { SW_CORE_REST_PORT: '8080' } });
    expect(stdout.replace(/\d+ ms/, '812 ms')).toBe(`Skein 0.1.0 is ready (812 ms)
  gRPC  127.0.0.1:11800
  HTTP  127.0.0.1:8080
  Only this machine can reach it. To take data from others, set SW_CORE_GRPC_HOST and SW_CORE_REST_HOST, for example to 0.0.0.0
  Ctrl-C stops it.
`);
    expect(stderr).toBe('\nstopping: finishing what is in flight (again to stop at once)\n');
    expect(code).toBe(0);
  });

  test('does not say so when another machine can reach it', async () => {
    const { stdout } = await run(['start'], { env: { SW_CORE_GRPC_HOST: '0.0.0.0' } });
    expect(stdout).not.toContain('Only this machine');
  });

  test('ends at once at the second signal, but not when one key press arrives twice', async () => {
    let now = 0;
    const exits: number[] = [];
    let signal: (s: StopSignal) => void = () => undefined;
    let release: () => void = () => undefined;
    const slow = defineModule({
      name: 'slow',
      activate: ({ onDrain }) =>
        onDrain(
          () =>
            new Promise<void>((done) => {
              release = done;
            }),
        ),
    });
    const cwd = join(folder, 'second-signal');
    await mkdir(cwd);
    await writeFile(join(cwd, 'skein.yml'), 'modules: { slow: {} }');
    const code = await runCli(['start'], {
      stdout: {
        write: (part) => {
          if (!part.includes('is ready')) return;
          for (const instant of [1000, 1001, 1400]) {
            now = instant;
            signal('SIGINT');
          }
          expect(exits).toEqual([]);
          now = 1600;
          signal('SIGINT');
        },
      },
      stderr: { write: () => true },
      env: {},
      cwd,
      onSignal: (listener) => {
        signal = listener;
        return { [Symbol.dispose]: () => undefined };
      },
      now: () => now,
      exit: (c) => {
        exits.push(c);
        setImmediate(() => release());
      },
      importModule: async (name) => ({ definition: { ...HOUSE, slow }[name], file: name }),
    });
    expect([exits, code]).toEqual([[130], 0]);
  });
});

describe('a mistake that an operator makes is reported in full', () => {
  test('a typo in a key', async () => {
    expect(
      await failure({ config: 'modules:\n  http-server:\n    listeners: { rest: { prot: 80 } }\n' }),
    ).toBe(`Skein cannot start: 1 problem

  skein.yml:3:26 modules.http-server.listeners.rest.prot is not a known setting
      did you mean "port"?
`);
  });

  test('a typo in the name of a module', async () => {
    expect(await failure({ config: 'modules:\n  htpp-server: {}\n' })).toBe(`Skein cannot start: 1 problem

  skein.yml:2:3 modules.htpp-server is not installed: found no package @skein/htpp-server or htpp-server
      did you mean "http-server"?
`);
  });

  test('a wrong type', async () => {
    expect(
      await failure({ config: 'modules:\n  grpc-server:\n    listeners:\n      grpc: { port: abc }\n' }),
    ).toBe(`Skein cannot start: 1 problem

  skein.yml:4:15 modules.grpc-server.listeners.grpc.port must be integer (got "abc")
`);
  });

  test('a variable that is not set', async () => {
    expect(await failure({ config: `modules:\n  storage-level:\n    path: \${DATA_FOLDER}\n` })).toBe(`Skein cannot start: 1 problem

  skein.yml:3:5 modules.storage-level.path needs the environment variable DATA_FOLDER, which is not set
      set DATA_FOLDER, or give a default: \${DATA_FOLDER:value}
`);
  });

  test('a variable of the default configuration that does not fit', async () => {
    expect(await failure({ env: { SW_CORE_GRPC_PORT: 'eleven' } })).toBe(`Skein cannot start: 1 problem

  modules.grpc-server.listeners.grpc.port must be integer (got "eleven" from SW_CORE_GRPC_PORT)
`);
  });

  test('a port in use', async () => {
    const busy = createServer().listen(0, '127.0.0.1');
    await once(busy, 'listening');
    const { port } = busy.address() as { port: number };
    const text = await failure({
      config: `modules:\n  grpc-server:\n    listeners: { grpc: { port: ${port} } }\n`,
      modules: { 'grpc-server': server('grpc-server', 'gRPC', true) },
    });
    busy.close();
    expect(text.replaceAll(String(port), '11800')).toBe(`Skein cannot start: 1 problem

  skein.yml:3:18 modules.grpc-server.listeners.grpc could not listen on 127.0.0.1:11800: address already in use
      stop what listens there, or set another modules.grpc-server.listeners.grpc.port (0 picks a free one)
`);
  });

  test('a module that is not installed', async () => {
    expect(
      await failure({ config: 'modules:\n  "@acme/statsd-receiver": { path: /statsd }\n  ./plugins/mine.js: {}\n' }),
    ).toBe(`Skein cannot start: 2 problems

  skein.yml:2:3 modules["@acme/statsd-receiver"] is not installed: found no package @acme/statsd-receiver
      npm install @acme/statsd-receiver, or remove this line
  skein.yml:3:3 modules["./plugins/mine.js"] is not there: no such file
      a relative path starts at the folder of the configuration file
`);
  });

  test('a service that nobody provides', async () => {
    expect(await failure({ config: 'modules:\n  storage-level: false\n  query: {}\n' })).toBe(`Skein cannot start: 1 problem

  skein.yml:3:3 modules.query needs the service "storage", which no module provides
      Add a module that provides "storage", or switch query off.
`);
  });

  test('a cycle', async () => {
    const [A, B] = [createToken<object>('a'), createToken<object>('b')];
    const modules = {
      first: defineModule({ name: 'first', needs: { b: B }, provides: [A] }) as AnyModule,
      second: defineModule({ name: 'second', needs: { a: A }, provides: [B] }) as AnyModule,
    };
    expect(await failure({ config: 'modules:\n  first: {}\n  second: {}\n', modules })).toBe(`Skein cannot start: 1 problem

  skein.yml:2:3 modules.first can never be ready, because it waits for itself:
      first needs the service "b" of second
      second needs the service "a" of first
      Take one of these declarations away, or split a module in two.
`);
  });

  test('two modules for one service', async () => {
    expect(
      await failure({ config: 'modules:\n  storage-memory: {}\n', modules: { 'storage-memory': store('storage-memory') } }),
    ).toBe(`Skein cannot start: 1 problem

  skein.yml:2:3 modules.storage-memory provides the service "storage", which storage-level provides too
      Switch one of the two off, for example with "storage-level: false" below modules.
`);
  });

  test('a data folder that another process uses, and one that may not be written', async () => {
    const locked = store('storage-level', () => {
      throw new BootError([
        {
          subject: 'modules.storage-level.path',
          message: 'data/ is in use by process 1234',
          fix: 'stop that process, or set another path',
        },
      ]);
    });
    expect(
      await failure({ config: 'modules:\n  storage-level:\n    path: data/\n', modules: { 'storage-level': locked } }),
    ).toBe(`Skein cannot start: 1 problem

  skein.yml:3:5 modules.storage-level.path data/ is in use by process 1234
      stop that process, or set another path
`);
    const readOnly = store('storage-level', () => {
      throw new Error('data/ is not writable: permission denied');
    });
    expect(
      await failure({ config: 'modules: { storage-level: {} }', modules: { 'storage-level': readOnly } }),
    ).toBe(`Skein cannot start: 1 problem

  skein.yml:1:12 modules.storage-level could not become ready: data/ is not writable: permission denied
`);
  });

  test('several of them at once, of the file and of the modules', async () => {
    const config = 'hots: {}\nmodules:\n  http-server: { listener: {} }\n  nowhere: {}\n  query: { x: 1 }\n';
    expect(await failure({ config })).toBe(`Skein cannot start: 4 problems

  skein.yml:1:1 hots is not a known setting
      did you mean "host"?
  skein.yml:4:3 modules.nowhere is not installed: found no package @skein/nowhere or nowhere
      npm install @skein/nowhere, or remove this line
  skein.yml:5:12 modules.query.x is not a known setting
  skein.yml:3:18 modules.http-server.listener is not a known setting
      did you mean "listeners"?
`);
  });

  test('a file that is not there', async () => {
    const { code, stderr } = await run(['validate', '-c', 'prod.yml']);
    expect([code, stderr]).toEqual([1, 'Skein cannot start: 1 problem\n\n  prod.yml the file does not exist\n']);
  });
});

describe('modules', () => {
  test('are files beside the configuration that names them, and broken ones are charged', async () => {
    const cwd = join(folder, 'files');
    await mkdir(join(cwd, 'conf'), { recursive: true });
    await writeFile(join(cwd, 'package.json'), '{ "type": "module" }');
    await writeFile(join(cwd, 'conf', 'good.js'), "export default { name: 'good' };");
    await writeFile(join(cwd, 'conf', 'throws.js'), "throw new Error('no luck');");
    expect((await importModule('./good.js', join(cwd, 'conf'), cwd)).definition).toEqual({ name: 'good' });
    await expect(importModule('./good.js', cwd, cwd)).rejects.toThrow(ModuleNotFound);
    await expect(importModule('./throws.js', join(cwd, 'conf'), cwd)).rejects.toThrow('no luck');
  });

  test('say which hosts they fit', () => {
    const fits = (range: string) => ['0.1.0', '0.1.9', '0.2.0', '1.0.0', '1.2.3', '2.0.0'].filter((version) => inRange(version, range));
    expect(fits('^0.1.0')).toEqual(['0.1.0', '0.1.9']);
    expect(fits('^1.0.0')).toEqual(['1.0.0', '1.2.3']);
    expect(fits('~1.2')).toEqual(['1.2.3']);
    expect(fits('>=0.2 <2')).toEqual(['0.2.0', '1.0.0', '1.2.3']);
    expect(fits('0.1.x || 2')).toEqual(['0.1.0', '0.1.9', '2.0.0']);
    expect(fits('*')).toHaveLength(6);
    expect(fits('>1')).toEqual(['2.0.0']);
    expect(fits('<=1')).toEqual(['0.1.0', '0.1.9', '0.2.0', '1.0.0', '1.2.3']);
    expect(fits('latest')).toEqual([]);
  });
});

describe('skein', () => {
  test('validate starts nothing', async () => {
    expect(await run(['validate'])).toMatchObject({ code: 0, stdout: 'The configuration is valid: 10 modules.\n', stderr: '' });
  });

  test('called wrongly says so and ends with 2; help ends with 0', async () => {
    const wrong = await run(['strat']);
    expect([wrong.code, wrong.stderr]).toEqual([
      2,
      "error: unknown command 'strat'\n(Did you mean start?)\n(skein --help shows what there is)\n",
    ]);
    expect((await run(['start', '--confg', 'x'])).code).toBe(2);
    expect((await run(['--help'])).code).toBe(0);
    expect(await run(['--version'])).toMatchObject({ code: 0, stdout: '0.1.0\n' });
  });

  test('modules lists what is on, in the order of readiness, and what is off', async () => {
    const { code, stdout } = await run(['modules'], { config: 'modules: { management: false }' });
    expect(code).toBe(0);
    expect(stdout.split('\n').slice(0, 3)).toEqual([
      'storage-level   0.1.0  The storage-level',
      'naming          0.1.0  The naming',
      'aggregation     0.1.0  The aggregation',
    ]);
    expect(stdout).toContain('management      off    skein.yml:1:12\n');
    const json = JSON.parse((await run(['modules', '--json'])).stdout);
    expect(json.modules.find((m: { name: string }) => m.name === 'query')).toMatchObject({
      needs: ['storage'],
      provides: ['query'],
      at: '',
    });
  });

  test('graph says who waits for whom and why', async () => {
    expect((await run(['graph'])).stdout).toContain('query\n└─ query needs the service "storage" of storage-level\n');
    const { stdout } = await run(['graph', '--mermaid']);
    expect(stdout).toMatch(/^flowchart LR\n {2}m0\["storage-level"\]\n/);
    expect(stdout).toMatch(/ {2}m\d --> m0\n/);
  });

  test('config schema describes a whole file as it may be written', async () => {
    const schema = JSON.parse((await run(['config', 'schema'])).stdout);
    expect(Object.keys(schema.properties.modules.properties)).toHaveLength(10);
    const [server] = schema.properties.modules.properties['grpc-server'].anyOf;
    const listener = Object.values<{ properties: object; required: string[] }>(server.properties.listeners.patternProperties)[0]!;
    expect(listener).toMatchObject({
      required: ['port'],
      additionalProperties: false,
      properties: {
        port: {
          description: 'TCP port; 0 picks a free one',
          anyOf: [{ type: 'integer', minimum: 0, maximum: 65535 }, { $ref: '#/$defs/substitution' }],
        },
        maxBody: { default: '10MiB', unit: 'bytes' },
      },
    });
  });

  test('config explain says what a setting is, whence, and what for', async () => {
    const explain = async (key: string, setup: Run = {}) => (await run(['config', 'explain', key], setup)).stdout;
    expect(await explain('http-server.listeners.rest.port')).toBe(`modules.http-server.listeners.rest.port
  value  12800
  from   the default of \${SW_CORE_REST_PORT}, the default configuration
  type   integer, 0 to 65535
  for    TCP port; 0 picks a free one
`);
    const config = `host: { memory: 512MiB }\nmodules:\n  http-server:\n    listeners:\n      rest: { port: \${MY_PORT:80} }\n`;
    expect(await explain('modules.http-server.listeners.rest.port', { config, env: { MY_PORT: '81' } })).toContain(
      '  value  81\n  from   environment variable MY_PORT, skein.yml:5:15\n',
    );
    expect(await explain('modules.http-server.listeners.rest.maxBody', { config })).toBe(`modules.http-server.listeners.rest.maxBody
  value    10MiB (10485760 bytes)
  from     the default of the module
  default  10MiB
  type     size, such as 512MiB or 64KB
`);
    const secret = 'modules: { http-server: { listeners: { rest: { port: 80, token: hunter2 } } } }';
    for (const key of ['http-server', 'http-server.listeners.rest', 'http-server.listeners.rest.token']) {
      const text = await explain(key, { config: secret });
      expect(text).toContain('(not shown)');
      expect(text).not.toContain('hunter2');
    }
    expect(await explain('host.memory', { config })).toContain('  value  512MiB (536870912 bytes)\n  from   skein.yml:1:9\n');
  });

  test.each([
    ['http-server.listeners.rest.prot', 'modules.http-server.listeners.rest.prot is not a known setting\n    did you mean "port"?\n'],
    ['htp-server.x', 'modules.htp-server is not a module that is switched on\n    did you mean "http-server"?\n'],
    ['query.__proto__.x', 'modules.query.__proto__ is not a known setting\n    there are no settings here\n'],
    ['', 'name a setting, such as modules.http-server.listeners.rest.port\n'],
  ])('config explain %p answers what is wrong', async (key, expected) => {
    expect(await run(['config', 'explain', key])).toMatchObject({ code: 1, stderr: expected });
  });
});
