import { createToken } from './tokens.js';

/** Structured log lines; `fields` become members of the line. */
export interface Logger {
  debug(message: string, fields?: object): void;
  info(message: string, fields?: object): void;
  warn(message: string, fields?: object): void;
  error(message: string, fields?: object): void;
}

/** Never changed after use. Passing the same object again is much cheaper than an equal one. */
export type Labels = Readonly<Record<string, string>>;

/**
 * Makes a module's self-metrics. Names are Prometheus names without the `skein_` prefix, which the host adds, as it adds the label `module`.
 * At most 100 label sets a metric; further ones are counted under `overflow="true"`.
 */
export interface Meter {
  /** Rises only: negative and infinite numbers are counted as bad values and left out. */
  counter(name: string, help: string): { add(n: number, labels?: Labels): void };
  /** Read when the metrics are scraped. */
  gauge(name: string, help: string, read: () => number | Iterable<readonly [Labels, number]>): void;
  /** Cumulative buckets at the given upper bounds; `+Inf` is added. */
  histogram(name: string, help: string, bounds: readonly number[]): { record(value: number, labels?: Labels): void };
}

/** Time, so that tests can bring their own. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Runs `fn` once after `ms`, unless the result is disposed before. */
  setTimeout(fn: () => void, ms: number): Disposable;
}

/** A module's word on how it is; the latest counts. */
export interface Health {
  /** Nothing is wrong, or no longer. */
  ok(): void;
  /** The module works, but not as it should. `reason` is one line for operators, cut after 300 characters. */
  degraded(reason: string, error?: unknown): void;
}

/** Where the host is in its life. `ready` means: every module's onReady is done. */
export type HostState = 'starting' | 'ready' | 'draining' | 'stopped';

/** What the outside may know of the host: served by listeners as health answers and self-metrics. Provided by the host itself. */
export interface HostStatus {
  /** Where the host is in its life. */
  readonly state: HostState;
  /** Modules whose health is degraded, with the reason they gave. The host itself is `host`, while its memory limit makes it refuse intake. */
  degraded(): ReadonlyArray<{ readonly module: string; readonly reason: string }>;
  /** Self-metrics in the Prometheus text format 0.0.4. */
  metrics(): string;
  /** Aborted when draining begins: endless streams then end politely. */
  readonly draining: AbortSignal;
}

/** Provided by the host. */
export const HostStatusToken = createToken<HostStatus>('host-status');

/** Settings of the host that modules may need. Provided by the host itself. */
export interface HostSettings {
  /** IANA zone name; local hours, days and query times are in this zone. */
  readonly zone: string;
  /** Of Skein. */
  readonly version: string;
}

/** Provided by the host. */
export const HostSettingsToken = createToken<HostSettings>('host-settings');

/**
 * Tells whoever started the host what is worth knowing once it is ready: addresses, folders. Provided by the host itself;
 * call it in `onReady`, when the address is known. The command line prints the lines in the order of the calls, for example
 * `gRPC      127.0.0.1:11800`.
 */
export interface Announcements {
  /** `label` is short, such as `gRPC`, `HTTP`, `query`, `data`; `text` is one line. At most 100 are kept. */
  announce(label: string, text: string): void;
}

/** Provided by the host. */
export const AnnouncementsToken = createToken<Announcements>('announcements');
