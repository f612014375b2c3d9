/** A place in the line before a gate. */
export interface Waiter {
  readonly weight: number;
  /** Called once, when the weight has been taken. Must not throw. */
  readonly admit: () => void;
}

/**
 * Admits weights first come, first served, as long as their sum stays within the capacity.
 * A weight above the capacity enters when the gate is empty, and is then alone. `admit` calls never nest.
 */
export class WeightedGate {
  readonly capacity: number;
  readonly #line = new Set<Waiter>();
  #used = 0;
  #waitingWeight = 0;
  #admitting = false;
  #shut = false;

  constructor(capacity: number) {
    this.capacity = capacity;
  }

  /** Weight that is inside. */
  get used(): number {
    return this.#used;
  }

  /** Waiters in the line. */
  get waiting(): number {
    return this.#line.size;
  }

  /** Weight of the waiters in the line. */
  get waitingWeight(): number {
    return this.#waitingWeight;
  }

  /** Joins the line; the waiter may be admitted before this returns. */
  join(waiter: Waiter): void {
    this.#line.add(waiter);
    this.#waitingWeight += waiter.weight;
    this.#admitAll();
  }

  /** Leaves the line. False when the waiter is not in it, because it was admitted or has left before. */
  leave(waiter: Waiter): boolean {
    if (!this.#line.delete(waiter)) return false;
    this.#waitingWeight -= waiter.weight;
    // The one that left may have been the heavy head that kept lighter ones waiting.
    this.#admitAll();
    return true;
  }

  /** Gives back what an admitted waiter had taken. */
  release(weight: number): void {
    this.#used -= weight;
    this.#admitAll();
  }

  /** Admits nobody any more; who waits has to leave. */
  shut(): void {
    this.#shut = true;
  }

  #admitAll(): void {
    if (this.#admitting || this.#shut) return;
    this.#admitting = true;
    try {
      // A Set iterates in order of insertion and sees what joins or leaves meanwhile.
      for (const waiter of this.#line) {
        if (this.#used > 0 && this.#used + waiter.weight > this.capacity) break;
        this.#line.delete(waiter);
        this.#waitingWeight -= waiter.weight;
        this.#used += waiter.weight;
        waiter.admit();
      }
    } finally {
      this.#admitting = false;
    }
  }
}
