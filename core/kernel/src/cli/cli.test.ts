import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { defineModule } from '../api/module.js';
import { createStream } from '../api/tokens.js';
import type { Host } from '../host/types.js';
import type { CliIo, StopSignal } from './cli-io.js';
import { importModule, ModuleNotFound } from './import-module.js';
import { runCli } from './run-cli.js';
import { StopRequest } from './stop-request.js';
import { folder, HOUSE, type Run, run } from './toy-house.test.helper.js';

/** Modules of the default configuration. */
const MODULES = Object.keys(HOUSE).length;

import { inRange } from './version-range.js';

describe('skein start', () => {
  test('says where to send data, that only this machine can, and ends with 0 when it is stopped', async () => {
    const { code, stdout, stderr, cwd } = await run(['start'], { env: { SW_CORE_REST_PORT: '8080', SKEIN_DATA: 'here' } });
    expect(stdout.replace(/\d+ ms/, '812 ms').replace(cwd, '/srv')).toBe(`Skein 0.1.0 is ready (812 ms)
  gRPC   127.0.0.1:11800
  HTTP   http://127.0.0.1:8080
  query  http://127.0.0.1:8080/graphql
  data   /srv/here
  Only this machine can reach it. To take data from others, set SW_CORE_GRPC_HOST and SW_CORE_REST_HOST, for example to 0.0.0.0
  Ctrl-C stops it.
`);
    expect(stderr).toBe('\nstopping: finishing what is in flight (again to stop at once)\nstopped; everything was stored\n');
    expect(code).toBe(0);
  });

  test('does not say so when another machine can reach it', async () => {
    const { stdout } = await run(['start'], { env: { SW_CORE_GRPC_HOST: '0.0.0.0' } });
    expect(stdout).not.toContain('Only this machine');
  });

  test('says what was lost', async () => {
    const numbers = createStream<number>({ id: 'numbers' });
    const sink = defineModule({
      name: 'sink',
      handles: [numbers],
      activate: ({ handle }) => handle(numbers, () => new Promise(() => undefined)),
    });
    const source = defineModule({
      name: 'source',
      publishes: { numbers },
      activate: ({ streams, onReady }) => onReady(async () => void (await streams.numbers.publish([1, 2]))),
    });
    const { code, stderr } = await run(['start'], {
      config: 'host: { deadlines: { drain: 1 } }\nmodules: { sink: {}, source: {} }',
      modules: { sink, source },
    });
    expect(code).toBe(1);
    expect(stderr).toContain('lost 2 items of numbers: they were not handled in time\n');
    expect(stderr).toMatch(/\nstopped; 2 items were lost\n$/);
  });

  test('drains and ends with 1 when something is thrown that nobody caught, and at once when it happens again', async () => {
    let drained = 0;
    const tidy = defineModule({ name: 'tidy', activate: ({ onDrain }) => onDrain(() => void drained++) });
    const once = await run(['start'], { config: 'modules: { tidy: {} }', modules: { tidy }, uncaught: [new Error('late')] });
    expect(once).toMatchObject({ code: 1, exits: [] });
    expect(drained).toBe(1);
    expect(once.stderr).toMatch(/"message":"late".*an error that nobody caught: the server stops/s);
    expect(once.stderr).toMatch(/stopped; everything was stored\n$/);
    const twice = await run(['start'], { uncaught: ['no error', new Error('later')] });
    expect(twice.exits).toEqual([1]);
    expect(twice.stderr).toMatch(/"message":"later".*another error that nobody caught/s);
  });

  test('ends at once when stopping hangs after such an error', async () => {
    const silent = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };
    const host = { stop: () => new Promise(() => undefined) } as object as Host;
    let crash: (error: unknown) => void = () => undefined;
    const onUncaught: CliIo['onUncaught'] = (listener) => {
      crash = listener;
      return { [Symbol.dispose]: () => undefined };
    };
    const output = { write: () => true };
    let exit: (code: number) => void = () => undefined;
    const exited = new Promise<number>((resolve) => {
      exit = resolve;
    });
    const io: CliIo = { stdout: output, stderr: output, env: {}, cwd: folder, onUncaught, exit };
    const stopping = new StopRequest(io, { host, logger: silent, longestMs: 1 });
    crash(new Error('late'));
    expect(await exited).toBe(1);
    stopping[Symbol.dispose]();
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

describe('modules', () => {
  test('are files beside the configuration that names them, and broken ones are charged', async () => {
    const cwd = join(folder, 'files');
    await mkdir(join(cwd, 'conf'), { recursive: true });
    await writeFile(join(cwd, 'package.json'), '{ "type": "module" }');
    await writeFile(join(cwd, 'conf', 'good.js'), "export default { name: 'good' };");
    await writeFile(join(cwd, 'conf', 'throws.js'), "throw new Error('no luck');");
    expect((await importModule('./good.js', join(cwd, 'conf'), cwd)).definition).toEqual({ name: 'good' });
    await expect(importModule('./good.js', cwd, cwd)).rejects.toThrow(ModuleNotFound);
    await mkdir(join(cwd, 'conf', 'node_modules', 'near'), { recursive: true });
    await writeFile(
      join(cwd, 'conf', 'node_modules', 'near', 'package.json'),
      '{ "type": "module", "exports": "./i.js", "version": "7.0.0" }',
    );
    await writeFile(join(cwd, 'conf', 'node_modules', 'near', 'i.js'), 'export default {};');
    expect((await importModule('near', join(cwd, 'conf'), cwd)).version).toBe('7.0.0');
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
    expect(await run(['validate'])).toMatchObject({ code: 0, stdout: `The configuration is valid: ${MODULES} modules.\n`, stderr: '' });
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
    expect(stdout).toMatch(/ {2}m\d+ --> m0\n/);
  });

  test('config schema describes a whole file as it may be written', async () => {
    const schema = JSON.parse((await run(['config', 'schema'])).stdout);
    expect(Object.keys(schema.properties.modules.properties)).toHaveLength(MODULES);
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
    expect(await explain('http-server', { config })).toContain('"maxBody":"10MiB"');
    const secret = 'modules: { http-server: { listeners: { rest: { port: 80, token: hunter2 } } } }';
    for (const key of ['http-server', 'http-server.listeners.rest', 'http-server.listeners.rest.token']) {
      const text = await explain(key, { config: secret });
      expect(text).toContain('(not shown)');
      expect(text).not.toContain('hunter2');
    }
    expect(await explain('host.memory', { config })).toContain('  value  512MiB (536870912 bytes)\n  from   skein.yml:1:9\n');
  });

  test('config explain knows a module by the name in the configuration and by its own', async () => {
    const setup: Run = { config: 'modules:\n  query-graphql: false\n  mine:\n    path: /p\n', modules: { mine: HOUSE['query-graphql']! } };
    for (const name of ['mine', 'query-graphql']) {
      expect((await run(['config', 'explain', `modules.${name}.path`], setup)).stdout).toContain(
        '  value    "/p"\n  from     skein.yml:4:5\n',
      );
    }
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
