import type { Clock } from '../api/facilities.js';

/** The longest delay that Node.js timers know; a longer one would fire at once. */
const LONGEST_MS = 2 ** 31 - 1;

/** The wall clock. A timer keeps the process alive until it has run or is disposed, so that a deadline is kept when nothing else is left. */
export const systemClock: Clock = {
  now: () => Date.now(),
  setTimeout(fn, ms) {
    const timer = setTimeout(fn, Math.min(Math.max(ms, 0), LONGEST_MS));
    return { [Symbol.dispose]: () => clearTimeout(timer) };
  },
};
