import { describe, expect, it } from '@jest/globals';
import Type from 'typebox';
import { HostSettingsToken, HostStatusToken, type Logger } from '../api/facilities.js';
import { contribution, defineModule } from '../api/module.js';
import { StreamError } from '../api/streams.js';
import { createPoint, createStream, createToken } from '../api/tokens.js';
import { createHost } from './skein-host.js';
import type { AnyModule, Host, HostOptions } from './types.js';

const silent: Logger = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

const hostOf = (modules: readonly AnyModule[], options: Partial<HostOptions> = {}): Host =>
  createHost({ modules: modules.map((definition) => ({ definition })), logger: silent, ...options });

interface Store {
  readonly name: string;
}
const StoreToken = createToken<Store>('store');
const numbers = createStream<number>({ id: 'numbers' });
const Names = createPoint<string, 'data'>({ id: 'names', kind: 'data' });
const Calls = createPoint<() => string, 'calls'>({ id: 'calls', kind: 'calls' });

/** A host in which everything is used once, and the log of what happened. */
function weave() {
  const log: string[] = [];
  const received: number[] = [];
  const store = defineModule({
    name: 'store',
    provides: [StoreToken],
    owns: [Names],
    activate({ provide, contributions, onReady, onDrain, own }) {
      provide(StoreToken, {
        name: contributions(Names)
          .map(({ module, value }) => `${module}=${value}`)
          .join(),
      });
      onReady(() => void log.push('store ready'));
      onDrain(() => void log.push('store drained'));
      own(() => void log.push('store released 1'));
      own({ [Symbol.asyncDispose]: async () => void log.push('store released 2') });
    },
  });
  const sink = defineModule({
    name: 'sink',
    needs: { store: StoreToken },
    handles: [numbers],
    activate({ handle, onReady, onDrain, own }) {
      handle(numbers, async ({ items }) => void received.push(...items));
      onReady(() => void log.push('sink ready'));
      onDrain(() => void log.push('sink drained'));
      own({ [Symbol.dispose]: () => void log.push('sink released') });
    },
  });
  const source = defineModule({
    name: 'source',
    config: Type.Object({ count: Type.Integer({ default: 3 }) }),
    optional: { store: StoreToken },
    publishes: { numbers },
    contributes: [contribution(Names, 'a', 'b'), Calls],
    activate({ config, contribute, streams, onReady, onDrain, services }) {
      contribute(Calls, () => `called with ${services.store?.name}`);
      onReady(async () => {
        const receipt = await streams.numbers.publish(Array.from({ length: config.count }, (_, i) => i));
        await receipt.handled;
        log.push('source ready');
      });
      onDrain(async () => {
        await (await streams.numbers.publish([99])).handled;
        log.push('source drained');
      });
    },
  });
  const caller = defineModule({
    name: 'caller',
    owns: [Calls],
    activate({ contributions, onReady, onDrain }) {
      onReady(() => void log.push(...contributions(Calls).map(({ value }) => value())));
      onDrain(() => void log.push('caller drained'));
    },
  });
  return { log, received, modules: [caller, source, sink, store] as AnyModule[] };
}

describe('a host', () => {
  it('makes modules ready in the order of their dependencies and takes them down in reverse', async () => {
    const { log, received, modules } = weave();
    const host = hostOf(modules);
    await host.start();
    expect(host.state).toBe('ready');
    expect(log.splice(0)).toEqual(['store ready', 'sink ready', 'source ready', 'called with source=a,source=b']);
    expect(await host.stop()).toEqual({ lost: [], problems: [] });
    expect(host.state).toBe('stopped');
    expect(log).toEqual([
      'caller drained',
      'source drained',
      'sink drained',
      'store drained',
      'sink released',
      'store released 2',
      'store released 1',
    ]);
    expect(received).toEqual([0, 1, 2, 99]);
    expect(host.books()).toEqual([
      { stream: 'numbers', publisher: 'source', received: 4, handled: 4, refused: 0, failed: 0, skipped: {}, deduplicated: 0, inFlight: 0 },
    ]);
  });

  it('is checked without becoming ready, and takes down what it wired', async () => {
    const { log, modules } = weave();
    const host = hostOf(modules);
    await host.check();
    expect(log.filter((line) => line.includes('ready') || line.includes('called'))).toEqual([]);
    expect(log.filter((line) => line.includes('released'))).toEqual(['sink released', 'store released 2', 'store released 1']);
    expect(host.state).toBe('stopped');
    await expect(host.start()).rejects.toThrow('make another one');
    const broken = hostOf([
      ...modules.slice(1),
      defineModule({ name: 'caller', owns: [Calls], activate: () => Promise.reject(new Error('no')) }),
    ]);
    await expect(broken.check()).rejects.toThrow('modules.caller could not be activated: no');
  });

  it('lives beside another one in the same process', async () => {
    const [first, second] = [weave(), weave()];
    const hosts = [hostOf(first.modules), hostOf(second.modules)];
    await Promise.all(hosts.map((host) => host.start()));
    await hosts[0]!.stop();
    const receipt = await hosts[1]!.publisher(numbers).publish([7]);
    await receipt.handled;
    expect(second.received).toEqual([0, 1, 2, 7]);
    expect(first.received).toEqual([0, 1, 2, 99]);
    await hosts[1]!.stop();
  });

  it('gives embedders its services and their own publisher', async () => {
    const host = hostOf(weave().modules, { zone: 'Asia/Kolkata' });
    const early = host.publisher(numbers);
    await expect(early.publish([1])).rejects.toMatchObject({ code: 'CLOSED' });
    expect(() => host.get(StoreToken)).toThrow('no module of this host provides the service "store"');
    await host.start();
    expect(host.get(StoreToken)).toEqual({ name: 'source=a,source=b' });
    expect(host.get(HostSettingsToken)).toMatchObject({ zone: 'Asia/Kolkata' });
    expect(host.get(HostStatusToken).state).toBe('ready');
    await (await early.publish([5])).handled;
    await host.stop();
    await expect(early.publish([1])).rejects.toThrow(StreamError);
    expect(() => host.publisher(createStream({ id: 'nowhere' }))).toThrow('no module of this host handles the stream "nowhere"');
  });

  it('refuses what comes from outside above its memory limit, and lets what is inside pass', async () => {
    const outcomes: string[] = [];
    const publishing = (name: string, handles: readonly (typeof own)[]) =>
      defineModule({
        name,
        publishes: { numbers },
        handles,
        activate({ streams, handle, onReady }) {
          for (const stream of handles) handle(stream, () => undefined);
          onReady(async () => {
            const outcome = await streams.numbers.publish([1]).then(
              () => 'admitted',
              (error: StreamError) => error.code,
            );
            outcomes.push(`${name} ${outcome}`);
          });
        },
      });
    const own = createStream<number>({ id: 'own' });
    const sink = defineModule({ name: 'sink', handles: [numbers], activate: ({ handle }) => handle(numbers, () => undefined) });
    const host = hostOf([sink, publishing('receiver', []), publishing('analyzer', [own])], { memory: 1 });
    await host.start();
    expect(outcomes).toEqual(['receiver REFUSED', 'analyzer admitted']);
    await expect(host.publisher(numbers).publish([1])).rejects.toMatchObject({ code: 'REFUSED', retryable: true });
    await host.stop();
  });

  it('can be stopped before it was started, twice, and while it starts', async () => {
    const never = hostOf(weave().modules);
    expect(await never.stop()).toEqual({ lost: [], problems: [] });
    await expect(never.start()).rejects.toThrow('this host was stopped');

    const twice = hostOf(weave().modules);
    await twice.start();
    expect(await twice.stop()).toBe(await twice.stop());

    const { modules, log } = weave();
    const early = hostOf(modules);
    const starting = early.start();
    const stopping = early.stop();
    await expect(starting).rejects.toThrow('the host was stopped while it was starting');
    expect(await stopping).toEqual({ lost: [], problems: [] });
    expect(early.state).toBe('stopped');
    expect(log.filter((line) => line.includes('ready'))).toEqual([]);
  });

  it('leaves nothing open when a module fails to become ready, and charges that module', async () => {
    const { modules, log } = weave();
    const broken = defineModule({
      name: 'broken',
      needs: { store: StoreToken },
      contributes: [Calls],
      activate({ onReady, own }) {
        own(() => void log.push('broken released'));
        onReady(() => Promise.reject(new Error('no such directory')));
      },
    });
    const host = createHost({
      modules: [...modules, broken].map((definition) => ({ definition, origin: () => `skein.yml:${definition.name.length}:3` })),
      logger: silent,
    });
    await expect(host.start()).rejects.toThrow('skein.yml:6:3 modules.broken could not become ready: no such directory');
    expect(log.filter((line) => line.includes('released'))).toEqual([
      'broken released',
      'sink released',
      'store released 2',
      'store released 1',
    ]);
    expect(host.state).toBe('stopped');
  });

  it('is degraded while its memory limit makes it refuse, and says at start when the limit is too low', async () => {
    const warnings: string[] = [];
    const sink = defineModule({ name: 'sink', handles: [numbers], activate: ({ handle }) => handle(numbers, () => undefined) });
    const host = hostOf([sink], { memory: 2 ** 20, logger: { ...silent, warn: (message) => void warnings.push(message) } });
    await host.start();
    expect(warnings[0]).toMatch(
      /^host.memory is below what the process needs without any data: [\d.]+ MiB are resident, host.memory is 1 MiB;/,
    );
    await expect(host.publisher(numbers).publish([1])).rejects.toMatchObject({ code: 'REFUSED' });
    expect(host.status.degraded()).toEqual([
      { module: 'host', reason: expect.stringMatching(/^intake is refused: [\d.]+ MiB are resident, host.memory is 1 MiB$/) },
    ]);
    await host.stop();
    const roomy = hostOf([], { memory: 2 ** 40 });
    await roomy.start();
    expect(roomy.status.degraded()).toEqual([]);
    await roomy.stop();
  });
});
