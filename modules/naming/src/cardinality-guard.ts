/** What names become while their service has too many: analysis.md 7.2. */
export const ABANDONED = '_abandoned';

/** How long the distinct names of a service are counted before the count begins anew, ms. */
export const WINDOW = 10 * 60_000;

interface Window {
  readonly end: number;
  readonly names: Set<string>;
}

/**
 * Keeps the endpoints of a service few: once `perService` distinct names were seen within a window, every name of the service,
 * also one seen before, becomes `_abandoned` until the window ends.
 * Over all services at most `inAll` names are kept; at that limit the oldest window ends early.
 */
export class CardinalityGuard {
  private readonly windows = new Map<string, Window>();
  private held = 0;
  /** Windows that ended early at the limit over all services. */
  cutShort = 0;

  constructor(
    private readonly now: () => number,
    private readonly perService: number,
    private readonly inAll: number,
  ) {}

  /** Names held, over all services. */
  get size(): number {
    return this.held;
  }

  /** Services with a full window. */
  get full(): number {
    const now = this.now();
    let count = 0;
    for (const { end, names } of this.windows.values()) if (end > now && names.size >= this.perService) count++;
    return count;
  }

  /** The name, or `_abandoned`. */
  admit(service: string, name: string): string {
    const window = this.windowOf(service);
    if (window.names.size >= this.perService) return ABANDONED;
    const before = window.names.size;
    window.names.add(name);
    if (window.names.size > before && ++this.held > this.inAll) this.dropOldest();
    return name;
  }

  private windowOf(service: string): Window {
    const now = this.now();
    let window = this.windows.get(service);
    if (window !== undefined && window.end > now) return window;
    if (window !== undefined) this.drop(service, window);
    window = { end: now + WINDOW, names: new Set() };
    // Windows all last equally long and are put last, so the first one is the oldest.
    this.windows.set(service, window);
    return window;
  }

  private dropOldest(): void {
    const oldest = this.windows.entries().next();
    if (oldest.done) return;
    this.drop(...oldest.value);
    this.cutShort++;
  }

  private drop(service: string, { names }: Window): void {
    this.windows.delete(service);
    this.held -= names.size;
  }
}
