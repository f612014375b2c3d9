import assert from 'node:assert/strict';
import { defineModule } from '../api/module.js';
import { createHost } from '../host/skein-host.js';
import { type AnyModule, BootError, type Host } from '../host/types.js';
import { checkImport } from './check-import.js';
import { checkNumbered, type NumberedInputs } from './check-numbered.js';
import { createTestHost, definitionProblems } from './create-test-host.js';
import { settle, TestClock } from './fake-clock.js';
import { leftOpenSince, openedSince, openResources } from './open-resources.js';
import { standIns } from './stand-ins.js';
import type { TestHostOptions } from './types.js';

/** A module with all that it needs to start. */
export interface ModuleUnderCheck {
  readonly module: AnyModule;
  readonly config?: unknown;
  /** Modules that it cannot do without. */
  readonly beside?: readonly AnyModule[];
  /** Services that the test provides in place of modules. */
  readonly services?: TestHostOptions['services'];
}

/** What {@link checkModule} checks. */
export interface ModuleCheck<T = unknown> extends ModuleUnderCheck {
  /** Address of the module's built file; then importing it in a process of its own must leave that process as it was. */
  readonly entry?: URL;
  /** For a module that publishes what it is sent, such as a receiver. */
  readonly inputs?: NumberedInputs<T>;
}

/**
 * Checks what the host expects of every module, and throws an AssertionError that says what does not hold:
 *
 * - importing it has no side effect (with `entry`);
 * - it may be stopped before it was started, and started and stopped twice;
 * - `activate` opens nothing; what is opened later is closed at stop, also when another module fails to start;
 * - a failing `activate` leaves nothing open;
 * - with `inputs`: numbered inputs against a sink that accepts, delays, refuses and fails at random are neither lost nor doubled, every
 *   sender gets an answer, also at stop, and the books balance.
 *
 * ```ts
 * test('keeps the contract of modules', () =>
 *   checkModule({
 *     module: statsdReceiver,
 *     config: { path: '/s' },
 *     inputs: {
 *       stream: samples,
 *       send: async (kit, n) => {
 *         const reply = await kit.http('/s', { body: `number:${n}|c` });
 *         if (reply.status !== 202) throw new Error(`answered ${reply.status}`);
 *       },
 *       read: (sample) => sample.value,
 *     },
 *   }));
 * ```
 *
 * Modules hold no state of their own outside `activate`, so one definition is used for all of it. Open handles are those of the whole
 * process: run nothing else beside this.
 */
export async function checkModule<T>(check: ModuleCheck<T>): Promise<void> {
  const problems = definitionProblems([check.module]);
  if (problems.length > 0) throw new BootError(problems);
  assert.match(check.module.name, /^[a-z0-9@/._-]{1,100}$/i, 'a module has a name of letters, digits and dashes');
  if (check.entry !== undefined) await checkImport(check.entry);
  await checkStopBeforeStart(check);
  await checkStartStopTwice(check);
  await checkFailedActivate(check);
  await checkFailedNeighbour(check);
  if (check.inputs !== undefined) {
    const { module, config, beside = [], services = [] } = check;
    const start = (sink: AnyModule) => createTestHost({ modules: [sink, ...beside, module], config: { [module.name]: config }, services });
    await checkNumbered(module, check.inputs, start);
  }
}

async function checkStopBeforeStart(check: ModuleUnderCheck): Promise<void> {
  const before = openResources();
  await hostOf(check, []).stop();
  await assertClosed(before, 'stopping before starting');
}

async function checkStartStopTwice(check: ModuleUnderCheck): Promise<void> {
  for (const time of ['first', 'second']) {
    const before = openResources();
    let opened: string | undefined;
    const watch = defineModule({
      name: 'test-watch',
      activate: ({ onReady }) =>
        onReady(async () => {
          await settle();
          opened = openedSince(before);
        }),
    });
    const host = hostOf(check, [watch]);
    await host.start().catch((error: unknown) => assert.fail(`the ${time} start failed: ${textOf(error)}`));
    const { problems } = await host.stop();
    assert.equal(opened, undefined, `activate opened ${opened}: it only wires, and opens in onReady`);
    assert.deepEqual(problems, [], `the ${time} stop had problems`);
    assert.deepEqual(await host.stop(), { lost: [], problems: [] }, 'stopping again gives the same report');
    await assertClosed(before, `the ${time} stop`);
  }
}

async function checkFailedActivate(check: ModuleUnderCheck): Promise<void> {
  const before = openResources();
  const { activate } = check.module;
  const failing: AnyModule = {
    ...check.module,
    activate: async (context) => {
      await activate?.(context);
      throw new Error('provoked in activate');
    },
  };
  await assert.rejects(hostOf({ ...check, module: failing }, []).start(), /provoked in activate/);
  await assertClosed(before, 'a failing activate');
}

/** Named last and without edges, so it fails when all the others are ready. */
async function checkFailedNeighbour(check: ModuleUnderCheck): Promise<void> {
  const before = openResources();
  const neighbour = defineModule({
    name: 'test-neighbour',
    activate: ({ onReady }) =>
      onReady(() => {
        throw new Error('provoked in onReady');
      }),
  });
  await assert.rejects(hostOf(check, [], [neighbour]).start(), /provoked in onReady/);
  await assertClosed(before, 'a start that another module made fail');
}

function hostOf(check: ModuleUnderCheck, first: readonly AnyModule[], last: readonly AnyModule[] = []): Host {
  const { module, config, beside = [], services = [] } = check;
  const given = [...beside, module];
  const modules = [...first, ...standIns(given, services, []).modules, ...given, ...last];
  return createHost({
    modules: modules.map((definition) => (definition === module ? { definition, config } : { definition })),
    clock: new TestClock(),
    logger: { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined },
    zone: 'UTC',
  });
}

async function assertClosed(before: ReturnType<typeof openResources>, after: string): Promise<void> {
  const left = await leftOpenSince(before);
  assert.equal(left, undefined, `${after} left ${left} open: give what is opened to context.own`);
}

const textOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
