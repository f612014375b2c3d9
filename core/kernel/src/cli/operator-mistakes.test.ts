import { once } from 'node:events';
import { createServer } from 'node:net';
import { describe, expect, test } from '@jest/globals';
import { defineModule } from '../api/module.js';
import { createToken } from '../api/tokens.js';
import { type AnyModule, BootError } from '../host/types.js';
import { failure, run, server, store } from './toy-house.test.helper.js';

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
      npm install the package that it is in (@skein/nowhere or nowhere), or remove this line
  skein.yml:5:12 modules.query.x is not a known setting
  skein.yml:3:18 modules.http-server.listener is not a known setting
      did you mean "listeners"?
`);
  });

  test('what only a module itself can tell, found by validate too', async () => {
    const modules = {
      naming: defineModule({
        name: 'naming',
        activate: () => {
          throw new Error('the rules have a mistake');
        },
      }),
    };
    const { code, stderr } = await run(['validate'], { config: 'modules:\n  naming: {}\n', modules });
    expect([code, stderr]).toEqual([
      1,
      'Skein cannot start: 1 problem\n\n  skein.yml:2:3 modules.naming could not be activated: the rules have a mistake\n',
    ]);
  });

  describe('a plugin', () => {
    const plugin = async (text: string, name = 'p.js') => {
      const [head, ...rest] = (await failure({ config: `modules:\n  ./${name}: {}\n`, files: { [name]: text } })).split('\n\n');
      expect(head).toMatch(/^Skein cannot start/);
      return rest.join('\n\n').replaceAll(/^ {2}(skein.yml:2:3 modules\["[^"]*"\] )?/gm, '');
    };

    test('that cannot be parsed, or that throws while it is imported, has its place told', async () => {
      expect(await plugin("import './q.js';\nexport default {\n  b: ,\n};\n")).toMatch(/^could not be loaded: p.js:3:6: /);
      expect(await plugin('\n\n  null.x;\n', 'q.js')).toMatch(/^could not be loaded: q.js:3:8: Cannot read/);
    });

    test('in TypeScript is told to be compiled', async () => {
      expect(await plugin('enum { ;', 'p.ts')).toMatch(/^could not be loaded: .*\n {4}compile it first and name the .js file\n$/s);
    });

    test('that throws in activate has the line of its own code told', async () => {
      const thrown = Object.assign(new Error('no luck'), {
        stack: `Error: no luck\n    at helper (/node_modules/x/i.js:1:2)\n    at activate (file:///modules/naming.js:7:11)\n    at run (/core/host.js:3:4)`,
      });
      const naming = defineModule({
        name: 'own-name',
        activate: () => {
          throw thrown;
        },
      });
      expect(await failure({ config: 'modules:\n  naming: {}\n', modules: { naming } })).toContain(
        '  skein.yml:2:3 modules.own-name could not be activated: no luck (/modules/naming.js:7:11)\n',
      );
    });
  });

  test('mistakes in the definition of a module', async () => {
    const naming = defineModule({ name: 'naming', activat: () => undefined, config: { path: '/x' } } as object as AnyModule) as AnyModule;
    expect(await failure({ config: 'modules:\n  naming: {}\n', modules: { naming } })).toBe(`Skein cannot start: 2 problems

  skein.yml:2:3 modules.naming has "activat" in its definition, which defineModule does not know
      did you mean "activate"?
  skein.yml:2:3 modules.naming has a config that is no schema (got a map)
      write config: Type.Object({ ... }), with Type of @skein/core
`);
  });

  test('names of modules that are none', async () => {
    expect(await failure({ config: 'modules:\n  "": {}\n  Mine: {}\n  plugins/mine.js: {}\n  ./x.js: {}\n' })).toBe(
      `Skein cannot start: 4 problems

  skein.yml:2:3 modules[""] has no name
      write a module (grpc-server), a package (@acme/x) or a file (./my-module.js) before the colon
  skein.yml:3:3 modules.Mine is no module of Skein and no name of a package
      a file begins with ./, for example "./Mine"
  skein.yml:4:3 modules["plugins/mine.js"] is no module of Skein and no name of a package
      a file begins with ./, for example "./plugins/mine.js"
  skein.yml:5:3 modules["./x.js"] is not there: no such file
      a relative path starts at the folder of the configuration file
`,
    );
  });

  test('a file that is not there', async () => {
    const { code, stderr } = await run(['validate', '-c', 'prod.yml']);
    expect([code, stderr]).toEqual([1, 'Skein cannot start: 1 problem\n\n  prod.yml the file does not exist\n']);
  });
});
