import type { Publisher } from '../api/streams.js';

/** How long a receiver may hold a reply: the client's remaining time less 2 s, at most 20 s, at least 1 s. */
export function holdTime(deadline: number | undefined, now: number): number {
  if (deadline === undefined) return 20_000;
  return Math.max(1_000, Math.min(deadline - now - 2_000, 20_000));
}

export type { Publisher };
