import type { Observable, ObservableInput } from 'rxjs';
import type { Static, TSchema } from 'typebox';
import { withCoreCopy } from './core-copy.js';
import type { Clock, Health, Logger, Meter } from './facilities.js';
import type { Batch, Handler, Publisher } from './streams.js';
import type { AnyPointToken, AnyServiceToken, AnyStreamToken, Contributed, PointToken, ServiceToken, StreamToken } from './tokens.js';

/** Services by the names under which a module reaches them. */
export type Tokens = Readonly<Record<string, AnyServiceToken>>;
/** Streams by the names under which a module publishes to them. */
export type Streams = Readonly<Record<string, AnyStreamToken>>;
/** The services of these tokens. */
export type ServicesOf<M extends Tokens> = { readonly [K in keyof M]: M[K] extends ServiceToken<infer T> ? T : never };
/** The services of these tokens, where they are provided. */
export type OptionalOf<M extends Tokens> = { readonly [K in keyof M]?: M[K] extends ServiceToken<infer T> ? T : never };
/** Publishers of these streams. */
export type PublishersOf<M extends Streams> = { readonly [K in keyof M]: M[K] extends StreamToken<infer T> ? Publisher<T> : never };

/** Values hung on a `data` point by a module definition. Made by {@link contribution}. */
export interface Contribution {
  readonly point: AnyPointToken<'data'>;
  readonly values: readonly unknown[];
}

/** Values for a `data` point, to be listed in `contributes`. */
export const contribution = <T>(point: PointToken<T, 'data'>, ...values: readonly NoInfer<T>[]): Contribution => ({ point, values });

/** What a module's package exports by default. Declares everything the host must know before it runs any of the module's code. */
export interface ModuleDefinition<
  C extends TSchema = TSchema,
  N extends Tokens = Tokens,
  O extends Tokens = Tokens,
  P extends Streams = Streams,
> {
  /** 1 to 100 characters, one of its own in a host; problems, metrics and logs name it. */
  readonly name: string;
  /** Schema of its configuration, `Type.Object({ ... })`; without one it takes no settings. */
  readonly config?: C;
  /** Services that must exist; a missing or cyclic one is a boot error with the line of the configuration. */
  readonly needs?: N;
  /** Services that are used when there are some; their providers are ready first then. */
  readonly optional?: O;
  /** Services that `activate` provides; two modules for one service are a boot error. */
  readonly provides?: readonly AnyServiceToken[];
  /** Streams that it publishes to; one that nobody handles is a boot error. */
  readonly publishes?: P;
  /** At most one module handles a stream. */
  readonly handles?: readonly AnyStreamToken[];
  /** Points whose values it reads. */
  readonly owns?: readonly AnyPointToken[];
  /** `contribution(point, ...)` for a `data` point; the point itself for a `calls` point, on which `activate` hangs values. */
  readonly contributes?: readonly (Contribution | AnyPointToken<'calls'>)[];
  /** Wires only: opens no port, does no I/O. */
  activate?(context: ModuleContext<Static<C>, N, O, P>): void | Promise<void>;
}

/** Makes a module's definition, the default export of its package. The definition is frozen and remembers which copy of core made it. */
export function defineModule<
  const C extends TSchema,
  const N extends Tokens = {},
  const O extends Tokens = {},
  const P extends Streams = {},
>(definition: ModuleDefinition<C, N, O, P>): ModuleDefinition<C, N, O, P> {
  return withCoreCopy(definition);
}

/** Everything a module is given. What it did not declare, it cannot reach. */
export interface ModuleContext<C = unknown, N extends Tokens = Tokens, O extends Tokens = Tokens, P extends Streams = Streams> {
  /** Checked, with defaults; sizes in bytes, durations in milliseconds. */
  readonly config: Readonly<C>;
  /** Those in `needs`, and those of `optional` that are there. Reading another one throws. */
  readonly services: ServicesOf<N> & OptionalOf<O>;
  /** Publishers of the streams in `publishes`. Reading another one throws. */
  readonly streams: PublishersOf<P>;
  /** Its lines carry the name of the module. */
  readonly logger: Logger;
  /** Its metrics carry the name of the module. */
  readonly meter: Meter;
  /** The time to go by, which a test may stop. */
  readonly clock: Clock;
  /** The module is healthy until it says otherwise. */
  readonly health: Health;
  /** Aborted when the module must be gone. */
  readonly signal: AbortSignal;
  /** Gives a service that `provides` declares, once, in `activate`. */
  provide<T>(token: ServiceToken<T>, value: NoInfer<T>): void;
  /** Hangs a value on a `calls` point that `contributes` declares, in `activate`. */
  contribute<T>(point: PointToken<T, 'calls'>, value: NoInfer<T>): void;
  /** All values of a point that this module owns. For `data` points callable in `activate`; for `calls` points from `onReady` on (throws before freeze). */
  contributions<T>(point: PointToken<T>): readonly Contributed<T>[];
  /** `capacity`: weight admitted at once, default 32 MiB. `waitMs`: how long a publisher waits for room by default, 20 s. */
  handle<T>(stream: StreamToken<T>, handler: Handler<T>, o?: { readonly capacity?: number; readonly waitMs?: number }): void;
  /**
   * Best effort: what a slow subscriber cannot take is dropped, oldest first, and counted. A subscriber handles its own errors; RxJS throws
   * what it does not handle where nobody can catch it.
   */
  tap<T>(stream: StreamToken<T>): Observable<Batch<T>>;
  /** Runs when everything that this module waits for is ready: opens ports and files, loads state. To be called in `activate`. */
  onReady(hook: (signal: AbortSignal) => void | Promise<void>): void;
  /**
   * Runs when those who publish to this module have drained and its own streams are empty: stops intake, finishes calls, writes what is
   * left. Hooks of a module run last first. The signal is aborted at the hook's deadline.
   */
  onDrain(hook: (deadline: AbortSignal) => void | Promise<void>): void;
  /** Released in reverse order when the module stops. */
  own(resource: Disposable | AsyncDisposable | (() => void | Promise<void>)): void;
}

export type { ObservableInput };
