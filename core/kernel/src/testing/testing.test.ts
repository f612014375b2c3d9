import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import Type from 'typebox';
import { defineModule, type ModuleContext } from '../api/module.js';
import { StreamError } from '../api/streams.js';
import { createPoint, createStream, createToken } from '../api/tokens.js';
import type { AnyModule } from '../host/types.js';
import { GrpcMethods, HttpRoutes } from '../listeners/contract.js';
import { deliver } from '../listeners/deliver.js';
import { StatusError } from '../listeners/status-error.js';
import { checkImport } from './check-import.js';
import { checkModule, createTestHost, TestClock, type TestHost } from './index.js';

const samples = createStream<{ readonly value: number }>({ id: 'samples' });
const SAMPLES = '/test.Samples/collect';

const readNumber = (raw: Uint8Array): readonly { readonly value: number }[] => {
  const value = Number(new TextDecoder().decode(raw));
  if (Number.isNaN(value)) throw new StatusError('INVALID_ARGUMENT', 'no number');
  return [{ value }];
};

type Context = ModuleContext<{ path: string }, {}, {}, { samples: typeof samples }>;

/** A toy receiver: numbers by HTTP and gRPC. `change` makes it a bad one. */
const receiver = (
  change: (
    context: Context,
    publish: (raw: Uint8Array, signal: AbortSignal) => Promise<void>,
  ) => ((raw: Uint8Array, signal: AbortSignal) => Promise<void>) | void = () => undefined,
) =>
  defineModule({
    name: 'number-receiver',
    config: Type.Object({ path: Type.String({ default: '/numbers' }) }),
    publishes: { samples },
    contributes: [HttpRoutes, GrpcMethods],
    activate(context) {
      const { config, streams, contribute, clock } = context;
      const good = async (raw: Uint8Array, signal: AbortSignal): Promise<void> => {
        await deliver({ messages: [[raw]], read: readNumber, publisher: streams.samples, call: { signal }, clock });
      };
      const publish = change(context, good) ?? good;
      contribute(HttpRoutes, {
        listener: 'rest',
        method: 'POST',
        path: config.path,
        handle: async ({ body, signal }) => {
          await publish(body, signal);
          return { status: 202 };
        },
      });
      contribute(GrpcMethods, {
        listener: 'grpc',
        path: SAMPLES,
        kind: 'client-stream',
        handle: async (messages, call) => {
          await deliver({ messages, read: readNumber, publisher: streams.samples, call, clock });
          return new Uint8Array([1]);
        },
      });
    },
  });

const bytes = (n: number | string): Uint8Array => new TextEncoder().encode(String(n));
const inputs = {
  stream: samples,
  send: async (kit: TestHost, n: number) => {
    const { status, body } = await kit.http('/numbers', { body: String(n) });
    if (status !== 202) throw new Error(`answered ${status} ${body}`);
  },
  read: ({ value }: { readonly value: number }) => value,
};

describe('a test host', () => {
  test('takes HTTP and gRPC without sockets and collects what is published', async () => {
    await using kit = await createTestHost({ modules: [receiver()], config: { 'number-receiver': { path: '/n' } } });
    expect(await kit.http('/n', { body: '1' })).toEqual({ status: 202 });
    expect(await kit.grpc(SAMPLES, [2, 3, 4, 5].map(bytes))).toEqual([new Uint8Array([1])]);
    expect(kit.collector(samples).items.map((s) => s.value)).toEqual([1, 2, 3, 4, 5]);
    expect(kit.collector(samples).batches.map((b) => b.origin.module)).toEqual(Array(4).fill('number-receiver'));
    kit.assertBooks();
  });

  test('answers errors as the servers do', async () => {
    await using kit = await createTestHost({ modules: [receiver()] });
    expect(await kit.http('/numbers', { body: 'x' })).toMatchObject({ status: 400 });
    expect(await kit.http('/nowhere')).toMatchObject({ status: 404, body: '{"error":"no such path"}' });
    expect(await kit.http('/numbers')).toMatchObject({ status: 405 });
    await expect(kit.grpc(SAMPLES, [bytes('x')])).rejects.toMatchObject({ status: 'INVALID_ARGUMENT' });
    await expect(kit.grpc('/nowhere', [])).rejects.toMatchObject({ status: 'UNIMPLEMENTED' });
    kit.collector(samples).fail(1, new StreamError('REFUSED', 'no room', true));
    expect(await kit.http('/numbers', { body: '1' })).toMatchObject({ status: 503, headers: { 'retry-after': '2' } });
    kit.assertBooks();
  });

  test('holds what a blocked collector was given until it is released', async () => {
    await using kit = await createTestHost({ modules: [receiver()] });
    const collector = kit.collector(samples);
    collector.block();
    let answered = false;
    const answer = kit.http('/numbers', { body: '1' }).finally(() => {
      answered = true;
    });
    await kit.clock.advance(1000);
    expect([answered, collector.items.length]).toEqual([false, 0]);
    expect(() => kit.assertBooks()).toThrow('1 items of number-receiver -> samples are still in flight');
    collector.release();
    expect((await answer).status).toBe(202);
    kit.assertBooks();
  });

  test('fills in services, streams and points that its modules leave open', async () => {
    const Token = createToken<{ readonly n: number }>('test-n');
    const Names = createPoint<string, 'calls'>({ id: 'test-names', kind: 'calls' });
    const other = createStream<string>({ id: 'other' });
    const module = defineModule({
      name: 'needy',
      needs: { n: Token },
      publishes: { other },
      contributes: [Names],
      activate: ({ contribute, services, streams, onReady }) => {
        contribute(Names, 'a');
        onReady(async () => void (await streams.other.publish([`n is ${services.n.n}`])));
      },
    });
    await using kit = await createTestHost({ modules: [module], services: [[Token, { n: 7 }]], collect: [samples] });
    expect(kit.collector(other).items).toEqual(['n is 7']);
    await (await kit.publisher(samples).publish([{ value: 1 }])).handled;
    expect(kit.collector(samples).items).toEqual([{ value: 1 }]);
    expect(kit.get(Token)).toEqual({ n: 7 });
    expect(() => kit.collector(createStream({ id: 'none' }))).toThrow('nothing collects the stream "none"');
  });
});

describe('the clock of a test', () => {
  test('runs what falls due in order, and lets everything settle in between', async () => {
    const clock = new TestClock(1000);
    const log: string[] = [];
    const timer = (name: string, ms: number, after?: () => void): Disposable =>
      clock.setTimeout(() => {
        log.push(`${name} at ${clock.now()}`);
        after?.();
      }, ms);
    timer('b', 20);
    timer('a', 10, () => void Promise.resolve().then(() => timer('made late', 5)));
    timer('same time', 20);
    timer('never', 15)[Symbol.dispose]();
    timer('far', 100);
    await clock.advance(50);
    expect(log).toEqual(['a at 1010', 'made late at 1015', 'b at 1020', 'same time at 1020']);
    expect(clock.now()).toBe(1050);
    await clock.set(500);
    expect(clock.now()).toBe(500);
  });

  test('does not run without end', async () => {
    const clock = new TestClock();
    const again = (): void => void clock.setTimeout(again, 0);
    again();
    await expect(clock.advance(1)).rejects.toThrow('more than 100000 timers');
  });
});

describe('checkModule', () => {
  test('passes a module that keeps the contract', () => checkModule({ module: receiver(), inputs }));

  test('passes one that opens in onReady what it owns', async () => {
    const module = defineModule({
      name: 'server',
      activate: ({ onReady, own }) =>
        onReady(async () => {
          const server = createServer();
          own(() => new Promise<void>((done) => server.close(() => done())));
          await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
        }),
    });
    await checkModule({ module });
  });

  const bad: ReadonlyArray<readonly [string, RegExp, () => AnyModule]> = [
    [
      'loses inputs that it acknowledged',
      /acknowledged inputs that the next module never accepted/,
      () => receiver((_, publish) => async (raw, signal) => void (await publish(raw, signal).catch(() => undefined))),
    ],
    [
      'acknowledges before the next module did',
      /acknowledged inputs that the next module never accepted/,
      () =>
        receiver(
          ({ streams }) =>
            async (raw) =>
              void (await streams.samples.publish(readNumber(raw))),
        ),
    ],
    [
      'doubles inputs by retrying what was only late',
      /delivered inputs more than once/,
      () =>
        receiver((_, publish) => async (raw, signal) => {
          await publish(raw, signal);
          if (Number(new TextDecoder().decode(raw)) % 50 === 7) await publish(raw, signal);
        }),
    ],
    [
      'leaves senders without an answer',
      /inputs got no answer within 120 s/,
      () => receiver((_, publish) => (raw, signal) => publish(raw, signal).catch(() => new Promise(() => undefined))),
    ],
    [
      'refuses everything',
      /no input was acknowledged; the first answer was: Error: answered 500/,
      () => receiver(() => () => Promise.reject(new Error('bug'))),
    ],
    [
      'opens a timer in activate',
      /activate opened 1 Timeout/,
      () => receiver(() => void timers.push(setInterval(() => undefined, 60_000))),
    ],
    [
      'opens a port in activate',
      /activate opened 1 TCP/i,
      () =>
        receiver(({ own }) => {
          const server = createServer().listen(0, '127.0.0.1');
          own(() => void server.close());
        }),
    ],
    [
      'leaks a timer that it opened when it became ready',
      /the first stop left 1 Timeout open: give what is opened to context.own/,
      () => receiver(({ onReady }) => onReady(() => void timers.push(setInterval(() => undefined, 60_000)))),
    ],
    [
      'cannot be started a second time',
      /the second start failed: .*used up/,
      () => {
        let starts = 0;
        return receiver(() => {
          if (++starts > 1) throw new Error('used up');
        });
      },
    ],
    [
      'fails to stop',
      /the first stop had problems/,
      () =>
        receiver(({ own }) =>
          own(() => {
            throw new Error('cannot close');
          }),
        ),
    ],
  ];
  const timers: NodeJS.Timeout[] = [];

  test.each(bad)('catches a module that %s', async (_, message, make) => {
    try {
      await expect(checkModule({ module: make(), inputs })).rejects.toThrow(message);
    } finally {
      for (const timer of timers.splice(0)) clearInterval(timer);
    }
  });

  test('tells mistakes in a definition before anything else', async () => {
    const module = defineModule({ name: 'x', handles: 'samples' } as object as AnyModule) as AnyModule;
    const message = 'modules.x handles must be a list, each entry a stream made by createStream (got "samples")';
    await expect(checkModule({ module })).rejects.toThrow(message);
    await expect(createTestHost({ modules: [module] })).rejects.toThrow(message);
  });

  test('a test host takes no configuration for a module that is not in it', async () => {
    await expect(createTestHost({ modules: [receiver()], config: { 'number-reciever': {} } })).rejects.toThrow(
      'config.number-reciever is for no module of this test\n    did you mean "number-receiver"?',
    );
    await expect(createTestHost({ modules: [receiver()], config: { other: {} } })).rejects.toThrow('the modules are: number-receiver');
  });

  test('catches a failing activate that leaves something open', async () => {
    let starts = 0;
    const module = receiver(() => {
      if (++starts > 2) timers.push(setInterval(() => undefined, 60_000));
    });
    await expect(checkModule({ module })).rejects.toThrow('a failing activate left 1 Timeout open');
    for (const timer of timers.splice(0)) clearInterval(timer);
  });

  test('catches importing that does something', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'skein-import-'));
    const file = async (name: string, text: string): Promise<URL> => {
      await writeFile(join(folder, name), text);
      return pathToFileURL(join(folder, name));
    };
    await expect(checkModule({ module: receiver(), entry: 'x.js' as never })).rejects.toThrow(
      'entry must be the URL of a file, such as new URL(\'../dist/index.js\', import.meta.url) (got "x.js")',
    );
    await checkImport(await file('good.mjs', 'export default { name: "good" };'));
    await expect(checkImport(await file('global.mjs', 'globalThis.mine = 1;'))).rejects.toThrow(/has side effects: CHANGED globals/);
    await expect(
      checkImport(await file('timer.mjs', 'setInterval(() => undefined, 1e6).unref(); setTimeout(() => undefined, 50);')),
    ).rejects.toThrow(/has side effects: CHANGED resources/);
    await expect(checkImport(await file('throws.mjs', 'throw new Error("no luck");'))).rejects.toThrow(/importing .* failed/);
    await rm(folder, { recursive: true });
  });
});
