/**
 * The books of one edge: one publishing module and one stream.
 * Identity, at any moment: received = handled + refused + failed + skipped + deduplicated + in flight.
 * Counted in items.
 */
export interface BooksEntry {
  readonly stream: string;
  readonly publisher: string;
  readonly received: number;
  readonly handled: number;
  /** Not admitted: no room in time, memory guard, draining. */
  readonly refused: number;
  /** Admitted, and the handler failed. */
  readonly failed: number;
  /** Dropped by the publisher or the handler before or instead of handling, by reason. */
  readonly skipped: Readonly<Record<string, number>>;
  readonly deduplicated: number;
  readonly inFlight: number;
}
