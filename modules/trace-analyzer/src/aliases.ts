import { AddressAliasModel, addressAliasId, type Naming } from '@skein/telemetry';
import type { EntityUpdate, Row } from '@skein/telemetry/storage';

const MINUTE = 60_000;

/** The service and instance that answer at a network address. Names are formatted. */
export interface Alias {
  readonly service: string;
  readonly instance: string;
}

interface Entry {
  readonly service: string;
  instance: string;
  /** Minute in which the address was last seen. */
  readonly minute: number;
  /** Value of `AddressAliases.epoch` when its row was last handed out. */
  readonly epoch: number;
}

/**
 * Network address aliases, analysis.md 5.6: what callees learn from references tells what callers' peers mean.
 * Memory is always ahead of storage: an alias counts from the segment that taught it.
 * At the limit the address that was not seen for the longest is forgotten; calls to it then go to the bare address until it is learnt again.
 */
export class AddressAliases {
  private readonly entries = new Map<string, Entry>();
  /** How many were forgotten at the limit. */
  evicted = 0;
  /** Grows when rows were lost on their way to storage. */
  private epoch = 0;

  constructor(
    private readonly naming: Naming,
    private readonly now: () => number,
    private readonly capacity: number,
  ) {}

  get size(): number {
    return this.entries.size;
  }

  /** The alias of a peer, as agents wrote it. */
  find(address: string): Alias | undefined {
    return this.entries.get(this.naming.service(address));
  }

  /** The last teacher wins. Returns the row to store: when the service changed, and once a minute as a sign of life. */
  learn(address: string, service: string, instance: string): EntityUpdate | undefined {
    const key = this.naming.service(address);
    const now = this.now();
    const minute = now - (now % MINUTE);
    const before = this.entries.get(key);
    const epoch = this.epoch;
    if (before !== undefined && before.minute === minute && before.epoch === epoch && before.service === service) {
      before.instance = instance;
      return undefined;
    }
    this.put(key, { service, instance, minute, epoch });
    return {
      model: AddressAliasModel,
      id: addressAliasId(key),
      at: now,
      active: true,
      row: { address: key, service, instance, firstSeen: minute, lastSeen: minute },
    };
  }

  /** Takes over rows from storage, unless memory has seen the address later. */
  adopt(rows: readonly Row[]): void {
    for (const { address, service, instance, lastSeen } of rows) {
      if (typeof address !== 'string' || typeof service !== 'string' || typeof lastSeen !== 'number') continue;
      const before = this.entries.get(address);
      if (before !== undefined && before.minute >= lastSeen) continue;
      this.put(address, { service, instance: typeof instance === 'string' ? instance : '', minute: lastSeen, epoch: this.epoch });
    }
  }

  /** After rows were lost on their way to storage: the next sight of each address writes its row again. */
  forgetWritten(): void {
    this.epoch++;
  }

  /** Puts the entry last, so that the first one is always the longest unseen. */
  private put(key: string, entry: Entry): void {
    this.entries.delete(key);
    if (this.entries.size >= this.capacity) {
      const oldest = this.entries.keys().next();
      if (!oldest.done) this.entries.delete(oldest.value);
      this.evicted++;
    }
    this.entries.set(key, entry);
  }
}
