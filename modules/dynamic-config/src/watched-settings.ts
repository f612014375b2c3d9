import type { Clock, Health, Logger } from '@skein/core';
import type { ConfigTree, DynamicConfig } from './contract.js';
import { parseConfigFile, readConfigFile } from './read-config-file.js';

interface Watcher {
  readonly key: string;
  readonly changed: (value: ConfigTree | undefined) => void;
  /** What it was told last, as text; undefined: nothing yet. */
  told: string | undefined;
}

export interface WatchedSettingsOptions {
  /** Undefined: there is no file, and so no key has a value. */
  readonly file: string | undefined;
  readonly intervalMs: number;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly health: Health;
}

/** Keys and values of one YAML file, which is read again at intervals: that also sees files that are swapped, as Kubernetes does with mounted ones. */
export class WatchedSettings implements DynamicConfig, Disposable {
  private readonly watchers = new Set<Watcher>();
  private values: ReadonlyMap<string, ConfigTree> = new Map();
  private text: string | undefined;
  private loaded = false;
  private problem = '';
  private timer: Disposable | undefined;
  private disposed = false;

  constructor(private readonly options: WatchedSettingsOptions) {}

  watch(key: string, changed: (value: ConfigTree | undefined) => void): Disposable {
    const watcher: Watcher = { key, changed, told: undefined };
    this.watchers.add(watcher);
    if (this.loaded) this.report(this.tellAll());
    return { [Symbol.dispose]: () => void this.watchers.delete(watcher) };
  }

  /** Reads the file once, and from then on at intervals. Never rejects: a file that is not there may come. */
  async start(): Promise<void> {
    await this.refresh();
    if (this.options.file === undefined || this.disposed) return;
    this.timer = this.options.clock.setTimeout(() => void this.start(), this.options.intervalMs);
  }

  /** Reads the file now, and tells of what is new in it. */
  async refresh(): Promise<void> {
    const problem = await this.read();
    this.loaded = true;
    this.report(problem ?? this.tellAll());
  }

  [Symbol.dispose](): void {
    this.disposed = true;
    this.timer?.[Symbol.dispose]();
    this.watchers.clear();
  }

  /** What is wrong with the file; then what was read before stays. */
  private async read(): Promise<string | undefined> {
    const { file } = this.options;
    if (file === undefined) return undefined;
    try {
      const text = await readConfigFile(file);
      if (text === this.text) return undefined;
      this.values = parseConfigFile(file, text);
      this.text = text;
      return undefined;
    } catch (error) {
      return (error as Error).message;
    }
  }

  /** The first value that is refused, with the reason. */
  private tellAll(): string | undefined {
    let problem: string | undefined;
    for (const watcher of this.watchers) problem ??= this.tell(watcher);
    return problem;
  }

  private tell(watcher: Watcher): string | undefined {
    const value = this.values.get(watcher.key);
    const text = value === undefined ? 'absent' : JSON.stringify(value);
    if (watcher.told === text) return undefined;
    try {
      watcher.changed(value);
      watcher.told = text;
      return undefined;
    } catch (error) {
      return `${this.options.file}: ${watcher.key}: ${(error as Error).message}`;
    }
  }

  /** Each problem is logged once, when it begins. */
  private report(problem: string | undefined): void {
    const { health, logger } = this.options;
    if (problem === undefined) {
      if (this.problem !== '') logger.info('the dynamic settings are in order again');
      health.ok();
    } else {
      if (this.problem !== problem) logger.error('dynamic settings are not taken; what was valid before goes on', { problem });
      health.degraded(`dynamic settings: ${problem}`);
    }
    this.problem = problem ?? '';
  }
}
