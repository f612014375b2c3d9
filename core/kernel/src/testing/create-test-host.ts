import assert from 'node:assert/strict';
import { setMaxListeners } from 'node:events';
import type { Logger } from '../api/facilities.js';
import type { StreamToken } from '../api/tokens.js';
import { imbalance } from '../books/edge-books.js';
import { nearest } from '../config/nearest.js';
import { settingName } from '../config/setting-text.js';
import { createHost } from '../host/skein-host.js';
import { type AnyModule, BootError, type Host, type Problem } from '../host/types.js';
import { strangerProblems } from '../lifecycle/boot-plan.js';
import { TestClock } from './fake-clock.js';
import { type StandIns, standIns } from './stand-ins.js';
import { callMethod, callRoute } from './test-doors.js';
import type { Collector, FakeClock, TestHost, TestHostOptions, TestRequest } from './types.js';

const SILENT: Logger = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

/**
 * Starts a host of some modules for a test. What they leave open is filled in: streams without handler are collected, points without
 * owner are owned. Its clock stands still; deadlines, windows and retries happen when the test moves it.
 *
 * ```ts
 * await using kit = await createTestHost({ modules: [receiver], config: { 'statsd-receiver': { path: '/s' } } });
 * expect(await kit.http('/s', { body: 'a:1|c' })).toMatchObject({ status: 202 });
 * expect(kit.collector(samples).items).toEqual([{ name: 'a', value: 1 }]);
 * kit.assertBooks();
 * ```
 *
 * Throws BootError as a real host does, and also when `config` names a module that is not in the test.
 */
export async function createTestHost(options: TestHostOptions): Promise<TestHost> {
  const problems = [...definitionProblems(options.modules), ...strayConfig(options)];
  if (problems.length > 0) throw new BootError(problems);
  const clock = (options.clock ?? new TestClock()) as FakeClock;
  const fill = standIns(options.modules, options.services ?? [], options.collect ?? []);
  const host = createHost({
    modules: [...fill.modules, ...options.modules].map((definition) => ({ definition, config: options.config?.[definition.name] })),
    clock,
    logger: options.logger ?? SILENT,
    zone: options.zone ?? 'UTC',
    ...(options.memory === undefined ? {} : { memory: options.memory }),
  });
  await host.start();
  return new KitHost(host, clock, fill);
}

/** Stand-ins are made from what definitions declare, so these are checked before. */
export const definitionProblems = (modules: readonly AnyModule[]): readonly Problem[] =>
  modules.flatMap((definition, index) => [...strangerProblems({ definition }, index)]);

function* strayConfig({ modules, config = {} }: TestHostOptions): Iterable<Problem> {
  const names = modules.map(({ name }) => name);
  for (const key of Object.keys(config)) {
    if (names.includes(key)) continue;
    const close = nearest(key, names);
    yield {
      subject: settingName('config', [key]),
      message: 'is for no module of this test',
      fix: close === undefined ? `the modules are: ${names.join(', ')}` : `did you mean "${close}"?`,
    };
  }
}

class KitHost implements TestHost {
  readonly #fill: StandIns;
  readonly #stopped = new AbortController();
  readonly get: TestHost['get'];
  readonly publisher: TestHost['publisher'];

  constructor(
    readonly host: Host,
    readonly clock: FakeClock,
    fill: StandIns,
  ) {
    this.#fill = fill;
    // Every call that is under way listens to it.
    setMaxListeners(0, this.#stopped.signal);
    this.get = (token) => host.get(token);
    this.publisher = (stream) => host.publisher(stream);
  }

  collector<T>(stream: StreamToken<T>): Collector<T> {
    const collector = this.#fill.collectors.get(stream.id);
    if (collector === undefined)
      throw new Error(`nothing collects the stream "${stream.id}": a module handles it, or none publishes it and it is not in "collect"`);
    return collector as unknown as Collector<T>;
  }

  http(path: string, request: TestRequest = {}) {
    return callRoute(this.#fill.routes(), path, request, this.#stopped.signal);
  }

  grpc(path: string, messages: readonly Uint8Array[], options: Parameters<TestHost['grpc']>[2] = {}) {
    return callMethod(this.#fill.methods(), path, messages, options, this.clock, this.#stopped.signal);
  }

  books() {
    return this.host.books();
  }

  assertBooks(): void {
    for (const entry of this.books()) {
      const edge = `${entry.publisher} -> ${entry.stream}`;
      assert.equal(imbalance(entry), 0, `the books of ${edge} do not balance: ${JSON.stringify(entry)}`);
      assert.equal(entry.inFlight, 0, `${entry.inFlight} items of ${edge} are still in flight`);
    }
  }

  async stop() {
    const report = await this.host.stop();
    this.#stopped.abort(new Error('the host was stopped'));
    return report;
  }

  /** Lets go of what collectors hold, then stops; the clock moves meanwhile, so that waits and deadlines end. */
  async [Symbol.asyncDispose](): Promise<void> {
    for (const collector of this.#fill.collectors.values()) collector.release();
    let stopped = false;
    const stopping = this.stop().finally(() => {
      stopped = true;
    });
    while (!stopped && this.clock instanceof TestClock) await this.clock.advance(1000);
    await stopping;
  }
}
