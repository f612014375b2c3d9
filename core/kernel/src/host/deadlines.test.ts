import { describe, expect, it } from '@jest/globals';
import type { Logger } from '../api/facilities.js';
import { defineModule, type ModuleContext } from '../api/module.js';
import type { StreamError } from '../api/streams.js';
import { createStream } from '../api/tokens.js';
import { TestClock } from '../testing/fake-clock.js';
import { createHost } from './skein-host.js';
import type { AnyModule, HostOptions } from './types.js';

const numbers = createStream<number>({ id: 'numbers' });
const never = () => new Promise<void>(() => undefined);
const turn = () => new Promise(setImmediate);

function rig(modules: readonly AnyModule[], deadlines: HostOptions['deadlines'] = {}) {
  const clock = new TestClock(0);
  const lines: string[] = [];
  const log = (message: string) => void lines.push(message);
  const logger: Logger = { debug: log, info: log, warn: log, error: log };
  const host = createHost({ modules: modules.map((definition) => ({ definition })), clock, logger, deadlines });
  return { host, clock, lines };
}

const moduleThat = (name: string, activate: (context: ModuleContext) => void | Promise<void>): AnyModule =>
  defineModule({ name, activate }) as AnyModule;

const publisher = defineModule({
  name: 'publisher',
  publishes: { numbers },
  activate({ streams, onReady }) {
    onReady(async () => {
      for (const n of [1, 2, 3]) streams.numbers.publish([n, n]).catch(() => undefined);
    });
  },
});

describe('a deadline', () => {
  it('of activate is charged to the module that hangs', async () => {
    const { host, clock } = rig([moduleThat('quick', () => undefined), moduleThat('hangs', never), moduleThat('waits', () => undefined)]);
    const failed = expect(host.start()).rejects.toThrow('modules.hangs could not be activated: did not end within 10000 ms');
    await turn();
    await clock.advance(10_000);
    await failed;
    expect(clock.pending).toBe(0);
  });

  it('of ready aborts the hook, and what it says too late is logged', async () => {
    const slow = moduleThat('slow', ({ onReady }) =>
      onReady(async (signal) => {
        await new Promise((resolve) => signal.addEventListener('abort', resolve));
        await turn();
        throw new Error('too late to matter');
      }),
    );
    const { host, clock, lines } = rig([slow], { ready: 500 });
    const failed = expect(host.start()).rejects.toThrow('modules.slow could not become ready: did not end within 500 ms');
    await turn();
    await clock.advance(500);
    await failed;
    await turn();
    expect(lines).toContain('modules.slow onReady failed after its deadline');
  });

  it('of drain leaves a quarter of the time to those after the one that hangs', async () => {
    const drained: string[] = [];
    const modules = ['first', 'hangs', 'last'].map((name) =>
      moduleThat(name, ({ onDrain }) =>
        onDrain(async () => {
          if (name === 'hangs') await never();
          drained.push(name);
        }),
      ),
    );
    const { host, clock } = rig(modules, { drain: 1_000 });
    await host.start();
    const stopped = host.stop();
    await turn();
    await clock.advance(750);
    expect(await stopped).toEqual({ lost: [], problems: ['modules.hangs onDrain: did not end within 750 ms'] });
    expect(drained).toEqual(['last', 'first']);
  });

  it('of drain counts as lost what no handler finished, and keeps the books', async () => {
    const sink = defineModule({
      name: 'sink',
      handles: [numbers],
      activate: ({ handle }) => handle(numbers, never, { capacity: 4 }),
    });
    const { host, clock, lines } = rig([publisher, sink], { drain: 1_000 });
    await host.start();
    const stopped = host.stop();
    await turn();
    await clock.advance(1_000);
    expect(await stopped).toEqual({
      lost: [{ stream: 'numbers', items: 6 }],
      problems: ['modules.sink emptying the stream "numbers": did not end within 750 ms'],
    });
    expect(lines).toContain('6 items of the stream "numbers" were lost at stop');
    expect(host.books()).toMatchObject([{ received: 6, handled: 0, refused: 2, failed: 4, inFlight: 0 }]);
  });

  it('of deactivate gives up on a resource that does not close, and closes the others', async () => {
    const closed: string[] = [];
    const { host, clock } = rig(
      [
        moduleThat('owner', ({ own }) => {
          own(() => void closed.push('first'));
          own(never);
          own(() => {
            throw new Error('is jammed');
          });
        }),
      ],
      { deactivate: 400 },
    );
    await host.start();
    const stopped = host.stop();
    await turn();
    await clock.advance(300);
    expect((await stopped).problems).toEqual([
      'modules.owner releasing a resource: is jammed',
      'modules.owner releasing a resource: did not end within 300 ms',
    ]);
    expect(closed).toEqual(['first']);
  });
});

describe('stopping', () => {
  it('empties streams before their handler drains, while the handler of one stream may still publish to the next', async () => {
    const last = createStream<number>({ id: 'last' });
    const order: string[] = [];
    const middle = defineModule({
      name: 'middle',
      handles: [numbers],
      publishes: { last },
      activate({ handle, streams, onDrain }) {
        handle(numbers, async ({ items }) => {
          await turn();
          await (await streams.last.publish(items)).handled;
        });
        onDrain(() => void order.push('middle drained'));
      },
    });
    const end = defineModule({
      name: 'end',
      handles: [last],
      activate({ handle, onDrain }) {
        handle(last, async ({ items }) => {
          await turn();
          order.push(`stored ${items.join()}`);
        });
        onDrain(() => void order.push('end drained'));
      },
    });
    const { host } = rig([publisher, middle, end]);
    await host.start();
    expect(await host.stop()).toEqual({ lost: [], problems: [] });
    expect(order).toEqual(['stored 1,1', 'stored 2,2', 'stored 3,3', 'middle drained', 'end drained']);
  });

  it('lets nobody in any more before the handler of a stream drains, and drains a module last hook first', async () => {
    const seen: string[] = [];
    const sink = defineModule({
      name: 'sink',
      handles: [numbers],
      activate({ handle, onDrain }) {
        handle(numbers, () => undefined);
        onDrain(() => void seen.push('first hook'));
        onDrain(async () => {
          await outside.publish([1]).catch((error: StreamError) => seen.push(error.code));
        });
      },
    });
    const { host } = rig([sink]);
    const outside = host.publisher(numbers);
    await host.start();
    await (await outside.publish([1])).handled;
    await host.stop();
    expect(seen).toEqual(['CLOSED', 'first hook']);
  });

  it('tells modules in time: draining first, their own signal when they must be gone', async () => {
    const seen: string[] = [];
    const { host } = rig([
      moduleThat('watcher', ({ signal, onDrain, own }) => {
        onDrain(() => void seen.push(`drain ${host.status.draining.aborted} ${signal.aborted} ${host.state}`));
        own(() => void seen.push(`release ${signal.aborted}`));
      }),
    ]);
    await host.start();
    expect(host.status.draining.aborted).toBe(false);
    await host.stop();
    expect(seen).toEqual(['drain true false draining', 'release true']);
  });

  it('closes at once what a module opens after it was stopped', async () => {
    let leaked: ModuleContext | undefined;
    let closed = false;
    const { host } = rig([
      moduleThat('leaky', (context) => {
        leaked = context;
      }),
    ]);
    await host.start();
    await host.stop();
    expect(() =>
      leaked!.own(() => {
        closed = true;
      }),
    ).toThrow('leaky opened something after it was stopped');
    expect(closed).toBe(true);
  });

  it('reaches a module that is about to become ready', async () => {
    const { host } = rig([
      moduleThat('patient', ({ onReady }) =>
        onReady((signal) => new Promise((resolve) => signal.addEventListener('abort', () => resolve()))),
      ),
    ]);
    const failed = expect(host.start()).rejects.toThrow('the host was stopped while it was starting');
    await turn();
    await host.stop();
    await failed;
  });
});
