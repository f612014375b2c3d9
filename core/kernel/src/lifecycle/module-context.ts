import type { ModuleContext } from '../api/module.js';
import type { Publisher } from '../api/streams.js';
import { type AnyPointToken, type AnyServiceToken, type AnyStreamToken, tokenName } from '../api/tokens.js';
import { contributedPoints } from '../graph/edges.js';
import type { AnyModule } from '../host/types.js';
import { moduleLogger } from '../logger/create-logger.js';
import type { HostParts } from './host-parts.js';
import type { Owned } from './owned.js';

export type Hook = (signal: AbortSignal) => void | Promise<void>;

/** What a context tells the life of its module. */
export interface ModuleLife {
  readonly signal: AbortSignal;
  /** True from `activate` until freeze. */
  readonly wiring: boolean;
  onReady(hook: Hook): void;
  onDrain(hook: Hook): void;
  own(resource: Owned): void;
}

/** Makes the one thing that a module is given. What the module did not declare fails with an error that says what to declare. */
export function createContext(definition: AnyModule, config: unknown, parts: HostParts, life: ModuleLife): ModuleContext {
  const { name } = definition;
  const logger = moduleLogger(parts.logger, name);
  const declared = new Declarations(definition, life);
  return {
    config: config as Readonly<unknown>,
    services: declaredOnly(name, 'service', 'needs or optional', servicesOf(definition, parts)),
    streams: declaredOnly(name, 'stream', 'publishes', publishersOf(definition, parts)),
    logger,
    meter: parts.metrics.meter(name),
    clock: parts.clock,
    health: parts.health.of(name, logger),
    signal: life.signal,
    provide: (token, value) => {
      declared.provides(token);
      if (parts.services.has(token)) throw new Error(`${name} provides the service "${tokenName(token)}" twice`);
      parts.services.provide(token, value);
    },
    contribute: (point, value) => {
      declared.contributes(point);
      parts.contributions.add(point, name, value);
    },
    contributions: (point) => {
      declared.owns(point);
      if (point.kind === 'calls' && !parts.contributions.frozen) {
        throw new Error(`${name} reads the point "${point.id}" before all modules are activated; read it in onReady`);
      }
      return parts.contributions.of(point) as never;
    },
    handle: (stream, handler, o) => {
      declared.handles(stream);
      parts.stream(stream).attach(name, handler as never, o);
    },
    tap: (stream) => parts.stream(stream).tap.batches as never,
    onReady: (hook) => {
      declared.wiring('onReady');
      life.onReady(hook);
    },
    onDrain: (hook) => life.onDrain(hook),
    own: (resource) => life.own(resource),
  };
}

function servicesOf({ needs, optional }: AnyModule, { services }: HostParts): Record<string, unknown> {
  const tokens: Record<string, AnyServiceToken> = { ...optional, ...needs };
  return Object.fromEntries(Object.entries(tokens).map(([key, token]) => [key, services.has(token) ? services.get(token) : undefined]));
}

/**
 * The memory guard holds back only who brings something in from outside. A module that handles a stream passes on what is inside already;
 * letting it finish is what frees the memory.
 */
function publishersOf({ name, publishes, handles = [] }: AnyModule, parts: HostParts): Record<string, Publisher<unknown>> {
  const guard = handles.length === 0 ? parts.guard : undefined;
  const tokens: Record<string, AnyStreamToken> = { ...publishes };
  return Object.fromEntries(Object.entries(tokens).map(([key, token]) => [key, parts.stream(token).publisher(name, guard)]));
}

/** A record that says what is wrong when a key that was not declared is read. Symbols and `then` are read by the language and by tools. */
function declaredOnly<R extends object>(module: string, what: string, where: string, record: R): R {
  return new Proxy(record, {
    get(target, key) {
      if (typeof key === 'symbol' || key === 'then' || key === 'toJSON' || key in target) return Reflect.get(target, key);
      throw new Error(`${module} did not declare a ${what} "${key}": add it to ${where}`);
    },
    set(_target, key) {
      throw new Error(`${module} cannot set the ${what} "${String(key)}"`);
    },
  });
}

class Declarations {
  readonly #definition: AnyModule;
  readonly #life: ModuleLife;

  constructor(definition: AnyModule, life: ModuleLife) {
    this.#definition = definition;
    this.#life = life;
  }

  provides(token: symbol): void {
    this.wiring('provide');
    this.#check(this.#definition.provides?.includes(token as AnyServiceToken), `the service "${tokenName(token)}"`, 'provides');
  }

  contributes(point: AnyPointToken): void {
    this.wiring('contribute');
    const declared = contributedPoints(this.#definition).some(({ id, kind }) => id === point.id && kind === 'calls');
    this.#check(declared, `the point "${point.id}"`, 'contributes');
  }

  handles(stream: AnyStreamToken): void {
    this.wiring('handle');
    const declared = this.#definition.handles?.some(({ id }) => id === stream.id);
    this.#check(declared, `the stream "${stream.id}"`, 'handles');
  }

  owns(point: AnyPointToken): void {
    const declared = this.#definition.owns?.some(({ id }) => id === point.id);
    this.#check(declared, `the point "${point.id}"`, 'owns');
  }

  wiring(what: string): void {
    if (!this.#life.wiring) throw new Error(`${this.#definition.name} called ${what} after activate; wiring is done in activate`);
  }

  #check(declared: boolean | undefined, what: string, where: string): void {
    if (declared !== true) throw new Error(`${this.#definition.name} did not declare ${what}: add it to ${where}`);
  }
}
