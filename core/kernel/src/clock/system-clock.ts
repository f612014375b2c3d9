import type { Clock } from '../api/facilities.js';

/** The longest delay that Node.js timers know; a longer one would fire at once. */
const LONGEST_MS = 2 ** 31 - 1;

/** The wall clock. Its timers do not keep the process alive. */
export const systemClock: Clock = {
  now: () => Date.now(),
  setTimeout(fn, ms) {
    const timer = setTimeout(fn, Math.min(Math.max(ms, 0), LONGEST_MS));
    timer.unref();
    return { [Symbol.dispose]: () => clearTimeout(timer) };
  },
};
