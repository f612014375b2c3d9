import type { Clock, Health, Logger } from '@skein/core';
import { AddressAliasModel } from '@skein/telemetry';
import type { Condition, Storage } from '@skein/telemetry/storage';
import type { AddressAliases } from './aliases.js';

/** How often rows of other writers are looked for, and a failed load is tried again, ms. */
const INTERVAL = 10_000;
/** How far back a refresh looks, ms: many intervals, because other writers' commits and clocks lag. */
const OVERLAP = 10 * 60_000;
const DEADLINE = 30_000;

/** Keeps the alias map in step with storage: all of it at start; then, where others write too, what is new. */
export class AliasSync implements Disposable {
  private timer: Disposable | undefined;
  private readonly stop = new AbortController();
  private loaded = false;

  constructor(
    private readonly aliases: AddressAliases,
    private readonly storage: Storage,
    private readonly capacity: number,
    private readonly host: { readonly clock: Clock; readonly health: Health; readonly logger: Logger },
  ) {}

  /** Loads what storage knows. When storage is down, analysis begins without, degraded, and loading is tried again. */
  async start(): Promise<void> {
    await this.run();
  }

  [Symbol.dispose](): void {
    this.stop.abort();
    this.timer?.[Symbol.dispose]();
  }

  private async run(): Promise<void> {
    try {
      await this.read(this.loaded ? this.host.clock.now() - OVERLAP : undefined);
      this.loaded = true;
      this.host.health.ok();
    } catch (error) {
      if (this.stop.signal.aborted) return;
      this.host.health.degraded('network address aliases cannot be read; calls may show bare addresses', error);
    }
    if (this.stop.signal.aborted || (this.loaded && this.storage.traits.writers === 'one')) return;
    this.timer = this.host.clock.setTimeout(() => void this.run(), INTERVAL);
  }

  private async read(since: number | undefined): Promise<void> {
    const where: readonly Condition[] = since === undefined ? [] : [['lastSeen', '>=', since]];
    const found = await this.storage.entities(
      { model: AddressAliasModel, where, order: { by: 'lastSeen', descending: true }, limit: this.capacity },
      { signal: this.stop.signal, deadlineMs: DEADLINE },
    );
    this.aliases.adopt(found.items.toReversed());
    if (!found.complete) {
      this.host.logger.warn(
        'not all network address aliases were read; calls to the others show bare addresses until they are learnt again',
        {
          read: found.items.length,
        },
      );
    }
  }
}
