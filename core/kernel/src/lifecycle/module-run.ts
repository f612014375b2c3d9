import { setMaxListeners } from 'node:events';
import type { ModuleContext } from '../api/module.js';
import { tokenName } from '../api/tokens.js';
import type { AnyModule, Problem } from '../host/types.js';
import type { HostParts } from './host-parts.js';
import { createContext, type Hook, type ModuleLife } from './module-context.js';
import { type Owned, release } from './owned.js';
import type { Phase } from './phase.js';

/** One module of a running host: its hooks, what it owns, and how far it got. */
export class ModuleRun implements ModuleLife {
  readonly definition: AnyModule;
  readonly #parts: HostParts;
  readonly #context: ModuleContext;
  readonly #gone = new AbortController();
  readonly #readyHooks: Hook[] = [];
  readonly #drainHooks: Hook[] = [];
  readonly #owned: Owned[] = [];
  #wiring = true;
  #ready = false;
  #released = false;

  constructor(definition: AnyModule, config: unknown, parts: HostParts) {
    this.definition = definition;
    // Everything that a module opens may listen to it.
    setMaxListeners(0, this.#gone.signal);
    this.#parts = parts;
    this.#context = createContext(definition, config, parts, this);
  }

  get name(): string {
    return this.definition.name;
  }

  get signal(): AbortSignal {
    return this.#gone.signal;
  }

  get wiring(): boolean {
    return this.#wiring;
  }

  onReady(hook: Hook): void {
    this.#readyHooks.push(hook);
  }

  onDrain(hook: Hook): void {
    this.#drainHooks.push(hook);
  }

  own(resource: Owned): void {
    if (!this.#released) {
      this.#owned.push(resource);
      return;
    }
    // Opened after the module was taken down, by something it left running: closed at once.
    release(resource).catch((error: unknown) =>
      this.#parts.logger.warn('a resource could not be released', { module: this.name, err: error }),
    );
    throw new Error(`${this.name} opened something after it was stopped`);
  }

  async activate(phase: Phase, stop: AbortSignal): Promise<void> {
    await phase.run(`modules.${this.name} activate`, () => this.definition.activate?.(this.#context), stop);
  }

  /** Declared services that `activate` did not provide. */
  missingServices(): readonly Problem[] {
    return (this.definition.provides ?? [])
      .filter((token) => !this.#parts.services.has(token))
      .map((token) => this.#problem(`declares the service "${tokenName(token)}" and did not provide it in activate`));
  }

  /** Declared streams to which `activate` attached no handler. */
  missingHandlers(): readonly Problem[] {
    return (this.definition.handles ?? [])
      .filter((stream) => !this.#parts.stream(stream).hasHandler)
      .map((stream) => this.#problem(`declares to handle the stream "${stream.id}" and did not call handle in activate`));
  }

  freeze(): void {
    this.#wiring = false;
  }

  /** Runs the ready hooks, then lets publishers in. */
  async becomeReady(phase: Phase, stop: AbortSignal): Promise<void> {
    for (const hook of this.#readyHooks) await phase.run(`modules.${this.name} onReady`, hook, stop);
    for (const stream of this.definition.handles ?? []) this.#parts.stream(stream).open();
    this.#ready = true;
  }

  /** Empties the streams that the module handles, then runs its drain hooks. Everything is tried; what failed is returned. */
  async drain(phase: Phase): Promise<readonly string[]> {
    if (!this.#ready) return [];
    const streams = (this.definition.handles ?? []).map((token) => this.#parts.stream(token));
    for (const stream of streams) stream.close();
    const steps = [
      ...streams.map((stream) => ({ what: `emptying the stream "${stream.id}"`, step: () => stream.idle() })),
      ...this.#drainHooks.toReversed().map((hook) => ({ what: 'onDrain', step: hook })),
    ];
    return this.#tryAll(phase, steps);
  }

  /** Releases what the module owns, in reverse order. Everything is tried; what failed is returned. */
  async deactivate(phase: Phase): Promise<readonly string[]> {
    this.#wiring = false;
    this.#gone.abort(new Error(`${this.name} is stopped`));
    const problems: string[] = [];
    // Releasing may open and own something more, hence not a plain loop.
    for (let resource = this.#owned.pop(); resource !== undefined; resource = this.#owned.pop()) {
      const owned = resource;
      problems.push(...(await this.#tryAll(phase, [{ what: 'releasing a resource', step: () => release(owned) }])));
    }
    this.#released = true;
    return problems;
  }

  async #tryAll(phase: Phase, steps: readonly { readonly what: string; readonly step: Hook }[]): Promise<readonly string[]> {
    const problems: string[] = [];
    for (const { what, step } of steps) {
      try {
        await phase.run(`modules.${this.name} ${what}`, step);
      } catch (error) {
        problems.push(`modules.${this.name} ${what}: ${error instanceof Error ? error.message : String(error)}`);
        this.#parts.logger.error(`${what} failed`, { module: this.name, err: error });
      }
    }
    return problems;
  }

  #problem(message: string): Problem {
    return { subject: `modules.${this.name}`, message };
  }
}
