import { describe, expect, it } from '@jest/globals';
import Type from 'typebox';
import { THIS_CORE } from '../api/core-copy.js';
import type { Logger } from '../api/facilities.js';
import { contribution, defineModule, type ModuleContext } from '../api/module.js';
import { createPoint, createStream, createToken } from '../api/tokens.js';
import { createHost } from './skein-host.js';
import { type AnyModule, BootError } from './types.js';

const silent: Logger = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

const StoreToken = createToken<object>('store');
const numbers = createStream<number>({ id: 'numbers' });
const Names = createPoint<string, 'data'>({
  id: 'names',
  kind: 'data',
  check: (values) => values.filter(({ value }) => value === 'bad').map(({ module }) => `the name "bad" of ${module} is taken`),
});
const Calls = createPoint<string, 'calls'>({
  id: 'calls',
  kind: 'calls',
  check: (values) => values.map(({ value }) => `cannot call ${value}`),
});

/** The text with which a host of these modules refuses to start. */
async function refusal(...modules: (AnyModule | readonly [AnyModule, unknown])[]): Promise<string> {
  const host = createHost({
    logger: silent,
    modules: modules.map((entry) =>
      Array.isArray(entry) ? { definition: entry[0], config: entry[1] } : { definition: entry as AnyModule },
    ),
  });
  const error = await host.start().then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(BootError);
  expect(host.state).toBe('stopped');
  return (error as BootError).message;
}

/** The text with which a module fails that does this in activate. */
const misuse = (act: (context: ModuleContext) => unknown, declarations: Partial<AnyModule> = {}): Promise<string> =>
  refusal(defineModule({ name: 'clumsy', ...declarations, activate: (context: ModuleContext) => void act(context) } as AnyModule));

describe('a host refuses to start', () => {
  it('with all problems of all modules in one report', async () => {
    const picky = defineModule({ name: 'picky', config: Type.Object({ port: Type.Integer() }), needs: { store: StoreToken } });
    const plain = defineModule({ name: 'plain', owns: [Names], contributes: [contribution(Names, 'good', 'bad')] });
    expect(await refusal([picky, { port: 'abc' }], [plain, { colour: 'red' }])).toBe(
      `modules.picky.port must be integer (got "abc")
modules.plain.colour is not a known setting
modules.picky needs the service "store", which no module provides
    Add a module that provides "store", or switch picky off.
modules.plain the name "bad" of plain is taken`,
    );
  });

  it('when a module was made with another copy of core, naming both paths', async () => {
    const foreign = {
      ...defineModule({ name: 'foreign' }),
      [Symbol.for('skein.core-copy')]: { path: '/plugins/node_modules/@skein/core/dist/' },
    };
    expect(await refusal(foreign, defineModule({ name: 'own', needs: { store: StoreToken } }))).toBe(
      `modules.foreign was made with another copy of @skein/core: /plugins/node_modules/@skein/core/dist/; this host is ${THIS_CORE.path}
    Make @skein/core a peer dependency of the module, so that npm installs it once.`,
    );
  });

  it('when something is no module definition', async () => {
    expect(await refusal({ name: 'handmade' })).toBe(
      `modules.handmade is not a module definition
    Export what defineModule(...) of @skein/core returns.`,
    );
  });

  it('when a definition has wrong keys or types, all of them at once', async () => {
    const wrong = {
      name: 7,
      activate: 'run',
      activat: () => undefined,
      needs: { store: 'store' },
      optional: [StoreToken],
      provides: StoreToken,
      publishes: { numbers: 'numbers' },
      handles: [StoreToken],
      owns: [{ id: 'calls' }],
      contributes: [StoreToken, Names, { point: Calls, values: [1] }, { point: {}, values: [] }, { point: Names, values: 'x' }],
    };
    expect((await refusal(defineModule(wrong as object as AnyModule), defineModule({} as AnyModule))).replaceAll(/^ {4}.*\n/gm, '')).toBe(
      `modules[0] has a name that is no text of 1 to 100 characters (got 7)
modules[0] activate must be a function (got "run")
modules[0] has "activat" in its definition, which defineModule does not know
modules[0] needs.store must be a service token made by createToken (got "store")
modules[0] optional must be a map, each name with a service token made by createToken (got a list of 1)
modules[0] provides must be a list, each entry a service token made by createToken (got Symbol(skein.service.store))
modules[0] publishes.numbers must be a stream made by createStream (got "numbers")
modules[0] handles[0] must be a stream made by createStream (got Symbol(skein.service.store))
modules[0] owns[0] must be a point made by createPoint (got a map)
modules[0] contributes[0] is no point and no contribution to one (got Symbol(skein.service.store))
modules[0] contributes[1] is the point "names" without values
modules[0] contributes[2] hangs data on the point "calls", which takes what is called
modules[0] contributes[3] is no point and no contribution to one (got a map)
modules[0] contributes[4] has no list of values (got "x")
modules[1] has no name
    give defineModule a name, such as "statsd-receiver"`,
    );
  });

  it('when a module does not give what it declares', async () => {
    expect(await refusal(defineModule({ name: 'lazy', provides: [StoreToken] }))).toBe(
      'modules.lazy declares the service "store" and did not provide it in activate',
    );
    expect(await refusal(defineModule({ name: 'lazy', handles: [numbers] }))).toBe(
      'modules.lazy declares to handle the stream "numbers" and did not call handle in activate',
    );
  });

  it('when what modules contributed does not fit together', async () => {
    const owner = defineModule({ name: 'owner', owns: [Calls] });
    const giver = defineModule({ name: 'giver', contributes: [Calls], activate: ({ contribute }) => contribute(Calls, 'x') });
    expect(await refusal(owner, giver)).toBe('modules.owner cannot call x');
  });

  it('in a zone that does not exist', async () => {
    await expect(createHost({ modules: [], logger: silent, zone: 'Mars/Olympus' }).start()).rejects.toThrow(
      'host.zone must be an IANA time zone (got "Mars/Olympus")\n    For example Europe/Berlin or UTC.',
    );
  });

  it('saying where the module was switched on', async () => {
    const lazy = defineModule({ name: 'lazy', provides: [StoreToken] });
    const host = createHost({ logger: silent, modules: [{ definition: lazy, origin: () => 'skein.yml:9:3' }] });
    await expect(host.start()).rejects.toThrow(
      'skein.yml:9:3 modules.lazy declares the service "store" and did not provide it in activate',
    );
  });

  it('with the problems that a module found itself', async () => {
    const strict = defineModule({
      name: 'strict',
      activate() {
        throw new BootError([{ at: 'my.oal:3:7', subject: 'core.oal', message: 'has no end' }]);
      },
    });
    expect(await refusal(strict)).toBe('my.oal:3:7 core.oal has no end');
  });

  it.each<[string, (context: ModuleContext) => unknown, Partial<AnyModule>]>([
    ['did not declare a service "store": add it to needs or optional', ({ services }) => services.store, {}],
    ['did not declare a stream "numbers": add it to publishes', ({ streams }) => streams.numbers, {}],
    ['did not declare the service "store": add it to provides', ({ provide }) => provide(StoreToken, {}), {}],
    ['did not declare the point "calls": add it to contributes', ({ contribute }) => contribute(Calls, 'x'), {}],
    ['did not declare the stream "numbers": add it to handles', ({ handle }) => handle(numbers, () => undefined), {}],
    ['did not declare the point "names": add it to owns', ({ contributions }) => contributions(Names), {}],
    [
      'reads the point "calls" before all modules are activated; read it in onReady',
      ({ contributions }) => contributions(Calls),
      { owns: [Calls] },
    ],
  ])('when a module %s', async (message, act, declarations) => {
    expect(await misuse(act, declarations)).toBe(`modules.clumsy could not be activated: clumsy ${message}`);
  });

  it('when a module provides or handles twice', async () => {
    const provideTwice = ({ provide }: ModuleContext) => [provide(StoreToken, {}), provide(StoreToken, {})];
    expect(await misuse(provideTwice, { provides: [StoreToken] })).toContain('clumsy provides the service "store" twice');
    const handleTwice = ({ handle }: ModuleContext) => [handle(numbers, () => undefined), handle(numbers, () => undefined)];
    expect(await misuse(handleTwice, { handles: [numbers] })).toContain('the stream "numbers" has a handler already: clumsy');
  });

  it('when wiring is done too late', async () => {
    const late = defineModule({
      name: 'late',
      contributes: [Calls],
      owns: [createPoint<string, 'calls'>({ id: 'calls', kind: 'calls' })],
      activate: ({ onReady, contribute }) => onReady(() => contribute(Calls, 'x')),
    });
    expect(await refusal(late)).toBe(
      'modules.late could not become ready: late called contribute after activate; wiring is done in activate',
    );
  });
});
