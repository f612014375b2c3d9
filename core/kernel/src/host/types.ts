import type { Clock, HostState, HostStatus, Logger } from '../api/facilities.js';
import type { ModuleDefinition } from '../api/module.js';
import type { Publisher } from '../api/streams.js';
import type { ServiceToken, StreamToken } from '../api/tokens.js';
import type { BooksEntry } from '../books/types.js';

// A definition of whatever configuration, needs and streams.
// biome-ignore lint/suspicious/noExplicitAny: an invariant type parameter has no other top type
export type AnyModule = ModuleDefinition<any, any, any, any>;

/** A module as it enters a host: its definition, its configuration, and where that was written. */
export interface HostModule {
  readonly definition: AnyModule;
  /** As written, after environment substitution; defaults are filled in and it is checked by the host. `undefined` counts as `{}`. */
  readonly config?: unknown;
  /** Where a part of the configuration was written, for example `skein.yml:12:5`; undefined for what was not written anywhere. */
  readonly origin?: (path: readonly (string | number)[]) => string | undefined;
}

/** What a host is made of, see `createHost`. Only `modules` is needed. */
export interface HostOptions {
  readonly modules: readonly HostModule[];
  /** IANA zone; default: the zone of the process. */
  readonly zone?: string;
  /**
   * RSS in bytes above which publishers are refused that bring something in from outside: embedders, and modules that handle no stream.
   * What is inside already is finished, and reads go on. Default: no guard.
   */
  readonly memory?: number;
  readonly clock?: Clock;
  readonly logger?: Logger;
  /** Receives what modules say through `Announcements`; default: nobody listens. */
  readonly announce?: (label: string, text: string) => void;
  /**
   * Milliseconds for each phase, all modules together. Defaults: activate 10 s, ready 60 s, drain 25 s, deactivate 10 s. A step of drain or
   * deactivate may use three quarters of what is left, so that one that hangs leaves time to those after it.
   */
  readonly deadlines?: Partial<Record<'activate' | 'ready' | 'drain' | 'deactivate', number>>;
}

/** What a stop could not save. Empty when everything was handled. */
export interface StopReport {
  /** Batches that were not handled when the deadline passed, by stream. */
  readonly lost: ReadonlyArray<{ readonly stream: string; readonly items: number }>;
  /** Modules whose hooks failed or passed their deadline. */
  readonly problems: readonly string[];
}

/** A host of modules: started once, stopped once. */
export interface Host {
  readonly state: HostState;
  readonly status: HostStatus;
  /** Load to run. Rejects with BootError; whatever was opened is closed again then. */
  start(): Promise<void>;
  /**
   * Load to freeze, and then down again: finds what only the modules' own wiring can tell (scripts, contributions), without any I/O. Rejects as
   * {@link start} does. A host that was checked cannot be started.
   */
  check(): Promise<void>;
  /** Drain to deactivate. Safe to call before start, twice, and while starting. */
  stop(): Promise<StopReport>;
  /** A service, for embedders and tests; throws when no module provides it. */
  get<T>(token: ServiceToken<T>): T;
  /** A publisher of the embedder's own. */
  publisher<T>(stream: StreamToken<T>): Publisher<T>;
  /** The books of every edge, design.md 3.3. */
  books(): readonly BooksEntry[];
}

/** One thing that keeps a host from starting. */
export interface Problem {
  /** Where it was written, `skein.yml:12:5`, if anywhere. */
  readonly at?: string;
  /** The setting or module, `modules.grpc-server.port`. */
  readonly subject: string;
  readonly message: string;
  /** What to do about it. */
  readonly fix?: string;
}

/** All problems of all modules in one report, a line each: `skein.yml:12:5 modules.grpc-server.port must be integer (got "abc")`. */
export class BootError extends Error {
  override readonly name = 'BootError';
  constructor(
    readonly problems: readonly Problem[],
    options?: ErrorOptions,
  ) {
    super(problems.map(formatProblem).join('\n'), options);
  }
}

/** One problem as text: its place, what it is about, what is wrong, and on a line of its own what to do. */
export const formatProblem = ({ at, subject, message, fix }: Problem): string =>
  `${at === undefined ? '' : `${at} `}${subject} ${message}${fix === undefined ? '' : `\n    ${fix}`}`;
