import { setMaxListeners } from 'node:events';
import type { Logger } from '../api/facilities.js';
import {
  type Announcements,
  AnnouncementsToken,
  type Clock,
  type HostSettings,
  HostSettingsToken,
  type HostState,
  type HostStatus,
  HostStatusToken,
} from '../api/facilities.js';
import type { Publisher } from '../api/streams.js';
import { type AnyStreamToken, type ServiceToken, type StreamToken, tokenName } from '../api/tokens.js';
import type { BooksEntry } from '../books/types.js';
import { systemClock } from '../clock/system-clock.js';
import { ServiceContainer } from '../di/service-container.js';
import { HOST_NAME } from '../graph/givers.js';
import { type BootPlan, located, planBoot, zoneProblems } from '../lifecycle/boot-plan.js';
import { HealthBoard } from '../lifecycle/health-board.js';
import type { HostParts } from '../lifecycle/host-parts.js';
import { ModuleRun } from '../lifecycle/module-run.js';
import { Phase } from '../lifecycle/phase.js';
import { createLogger } from '../logger/create-logger.js';
import { EventLoopDelay } from '../metrics/event-loop-delay.js';
import { registerHostMetrics } from '../metrics/host-metrics.js';
import { MetricRegistry } from '../metrics/metric-registry.js';
import { FailureLog } from '../stream/failure-log.js';
import { MemoryGuard } from '../stream/memory-guard.js';
import { Stream } from '../stream/stream.js';
import { VERSION } from '../version.js';
import { BootError, type Host, type HostOptions, type Problem, type StopReport } from './types.js';

const DEADLINES = { activate: 10_000, ready: 60_000, drain: 25_000, deactivate: 10_000 };
/** A step of stopping may use three quarters of what is left, so that one that hangs leaves time to those after it. */
const STOP_SHARE = 0.75;
const EMBEDDER = 'embedder';
const MOST_ANNOUNCEMENTS = 100;

/** What the host provides to its modules itself. */
export const HOST_SERVICES: readonly symbol[] = [HostStatusToken, HostSettingsToken, AnnouncementsToken];

/** Makes a host of these modules. Nothing runs before `start`; a host is started once. Several hosts can live in one process. */
export const createHost = (options: HostOptions): Host => new SkeinHost(options);

class SkeinHost implements Host {
  readonly status: HostStatus;
  readonly #options: HostOptions;
  readonly #deadlines: typeof DEADLINES;
  readonly #clock: Clock;
  readonly #logger: Logger;
  readonly #services = new ServiceContainer();
  readonly #metrics = new MetricRegistry();
  readonly #health = new HealthBoard();
  readonly #guard: MemoryGuard;
  readonly #failures: FailureLog;
  readonly #streams = new Map<string, Stream<unknown>>();
  readonly #embedder = new Map<string, Publisher<unknown>>();
  readonly #stopping = new AbortController();
  #runs: ModuleRun[] = [];
  #state: HostState = 'starting';
  #starting: Promise<void> | undefined;
  #stopped: Promise<StopReport> | undefined;
  #takenDown: Promise<StopReport> | undefined;
  #eventLoop: EventLoopDelay | undefined;

  constructor(options: HostOptions) {
    this.#options = options;
    this.#deadlines = { ...DEADLINES, ...options.deadlines };
    this.#clock = options.clock ?? systemClock;
    this.#logger = options.logger ?? createLogger();
    this.#guard = new MemoryGuard(options.memory, this.#clock, undefined, this.#logger);
    this.#failures = new FailureLog(this.#logger, this.#clock);
    // Every endless stream may listen to it.
    setMaxListeners(0, this.#stopping.signal);
    this.status = this.#makeStatus();
    registerHostMetrics(this.#metrics, this.status, () => this.#streams.values());
  }

  get state(): HostState {
    return this.#state;
  }

  start(): Promise<void> {
    if (this.#stopped !== undefined) return Promise.reject(new Error('this host was stopped; make another one'));
    this.#starting ??= this.#start();
    return this.#starting;
  }

  async check(): Promise<void> {
    if (this.#stopped !== undefined || this.#starting !== undefined) throw new Error('this host was started before; make another one');
    this.#starting = this.#wire();
    try {
      await this.#starting;
    } finally {
      await this.stop();
    }
  }

  stop(): Promise<StopReport> {
    this.#stopped ??= this.#stop();
    return this.#stopped;
  }

  get<T>(token: ServiceToken<T>): T {
    if (!this.#services.has(token)) throw new Error(`no module of this host provides the service "${tokenName(token)}"`);
    return this.#services.get(token);
  }

  publisher<T>(token: StreamToken<T>): Publisher<T> {
    const known = this.#embedder.get(token.id);
    if (known !== undefined) return known as Publisher<T>;
    if (!this.#options.modules.some(({ definition }) => definition.handles?.some(({ id }) => id === token.id))) {
      throw new Error(`no module of this host handles the stream "${token.id}"`);
    }
    const publisher = this.#stream(token).publisher(EMBEDDER, this.#guard);
    this.#embedder.set(token.id, publisher);
    return publisher as Publisher<T>;
  }

  books(): readonly BooksEntry[] {
    return [...this.#streams.values()].flatMap((stream) => stream.books().map((books) => books.entry()));
  }

  #makeStatus(): HostStatus {
    const host = this;
    return {
      get state() {
        return host.#state;
      },
      degraded: () => [...this.#ownTroubles(), ...this.#health.list()],
      metrics: () => this.#metrics.text(),
      draining: this.#stopping.signal,
    };
  }

  /** What is wrong with the host as a whole. Asking reads the memory anew, so that the end of it is seen without any publisher. */
  #ownTroubles(): ReturnType<HostStatus['degraded']> {
    const reason = this.#guard.reason();
    return reason === undefined ? [] : [{ module: HOST_NAME, reason }];
  }

  #stream(token: AnyStreamToken): Stream<unknown> {
    const known = this.#streams.get(token.id);
    if (known !== undefined) return known;
    const stream = new Stream<unknown>(token, this.#clock, this.#failures);
    this.#streams.set(token.id, stream);
    return stream;
  }

  async #start(): Promise<void> {
    this.#guard.warnOfTooLow();
    try {
      await this.#wire();
      await this.#becomeReady();
      this.#state = 'ready';
    } catch (error) {
      const { problems } = await this.#takeDown();
      for (const problem of problems) this.#logger.error(problem);
      throw error;
    }
  }

  /** Everything that needs no I/O. */
  async #wire(): Promise<void> {
    const plan = planBoot(this.#options.modules, HOST_SERVICES);
    const settings = this.#settings();
    throwProblems([...zoneProblems(settings.zone), ...plan.problems]);
    this.#eventLoop = new EventLoopDelay(this.#metrics);
    this.#services.provide(HostStatusToken, this.status);
    this.#services.provide(HostSettingsToken, settings);
    this.#services.provide(AnnouncementsToken, this.#announcements());
    await this.#activate(plan);
    this.#freeze(plan);
  }

  async #activate(plan: BootPlan): Promise<void> {
    const parts: HostParts = {
      clock: this.#clock,
      logger: this.#logger,
      services: this.#services,
      contributions: plan.contributions,
      metrics: this.#metrics,
      health: this.#health,
      guard: this.#guard,
      stream: (token) => this.#stream(token),
    };
    const phase = this.#phase('activate', 1);
    for (const definition of plan.graph.order) {
      await this.#charge(definition.name, 'could not be activated', async () => {
        const run = new ModuleRun(definition, plan.configs.get(definition), parts);
        this.#runs.push(run);
        await run.activate(phase, this.#stopping.signal);
        // Those that need the service are activated next, so this cannot wait for freeze.
        throwProblems(this.#located(run.missingServices()));
      });
    }
  }

  #freeze({ contributions, graph }: BootPlan): void {
    contributions.freeze();
    for (const run of this.#runs) run.freeze();
    throwProblems(this.#located([...this.#runs.flatMap((run) => run.missingHandlers()), ...contributions.problems(graph.order, 'calls')]));
  }

  async #becomeReady(): Promise<void> {
    const phase = this.#phase('ready', 1);
    for (const run of this.#runs) {
      await this.#charge(run.name, 'could not become ready', () => run.becomeReady(phase, this.#stopping.signal));
    }
  }

  /** Runs one module's step of starting; whatever goes wrong is the module's. */
  async #charge(module: string, what: string, step: () => Promise<void>): Promise<void> {
    this.#throwIfStopping();
    try {
      await step();
    } catch (error) {
      this.#throwIfStopping();
      if (error instanceof BootError) throw error;
      const message = `${what}: ${error instanceof Error ? error.message : String(error)}`;
      throw new BootError(this.#located([{ subject: `modules.${module}`, message }]), { cause: error });
    }
    this.#throwIfStopping();
  }

  #throwIfStopping(): void {
    if (this.#stopping.signal.aborted) throw new Error('the host was stopped while it was starting');
  }

  #located(problems: readonly Problem[]): readonly Problem[] {
    return located(problems, this.#options.modules);
  }

  async #stop(): Promise<StopReport> {
    this.#stopping.abort(new Error('the host is stopping'));
    // A start that is under way sees the signal, takes down what it had opened and reports to its own caller.
    await this.#starting?.catch(() => undefined);
    return this.#takeDown();
  }

  #takeDown(): Promise<StopReport> {
    this.#takenDown ??= this.#drainAndDeactivate();
    return this.#takenDown;
  }

  async #drainAndDeactivate(): Promise<StopReport> {
    this.#state = 'draining';
    this.#stopping.abort(new Error('the host is stopping'));
    const backwards = this.#runs.toReversed();
    const problems: string[] = [];
    const drain = this.#phase('drain', STOP_SHARE);
    for (const run of backwards) problems.push(...(await run.drain(drain)));
    const lost = this.#abandonStreams();
    const deactivate = this.#phase('deactivate', STOP_SHARE);
    for (const run of backwards) problems.push(...(await run.deactivate(deactivate)));
    await this.#services.release();
    this.#eventLoop?.[Symbol.dispose]();
    this.#state = 'stopped';
    return { lost, problems };
  }

  #abandonStreams(): StopReport['lost'] {
    const lost = [...this.#streams.values()]
      .map((stream) => ({ stream: stream.id, items: stream.abandon() }))
      .filter(({ items }) => items > 0);
    for (const { stream, items } of lost)
      this.#logger.error(`${items} items of the stream "${stream}" were lost at stop`, { stream, items });
    return lost;
  }

  #phase(name: keyof typeof DEADLINES, share: number): Phase {
    return new Phase(this.#deadlines[name], this.#clock, share, (what, error) =>
      this.#logger.warn(`${what} failed after its deadline`, { err: error }),
    );
  }

  #announcements(): Announcements {
    let left = MOST_ANNOUNCEMENTS;
    return {
      announce: (label, text) => {
        if (left-- > 0) this.#options.announce?.(label, text);
      },
    };
  }

  #settings(): HostSettings {
    return { zone: this.#options.zone ?? new Intl.DateTimeFormat().resolvedOptions().timeZone, version: VERSION };
  }
}

function throwProblems(problems: readonly Problem[]): void {
  if (problems.length > 0) throw new BootError(problems);
}
