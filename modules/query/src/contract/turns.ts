import { FairTurns } from '@skein/core';

const waiting: (() => void)[] = [];

/**
 * Waits for a turn on the event loop. Each of its rounds gives one turn, in the order of asking: a thousand callers that all wait for
 * `setImmediate` would run in one round and stop timers and connections as long as if they had never waited. Rejects with the signal's
 * reason if that is aborted by then.
 */
export async function nextTurn(signal?: AbortSignal): Promise<void> {
  await new Promise<void>((resolve) => {
    if (waiting.push(resolve) === 1) setImmediate(give);
  });
  signal?.throwIfAborted();
}

/** All queries together may keep 5 ms of a round to themselves. */
const turns = new FairTurns(5);

/**
 * Returns at once while queries have worked for less than 5 ms in this round, else waits for a round where there is time left: each turn
 * waits behind whatever else the process does, and a short query that gave way at each of its steps would wait for much longer than it
 * works. Rejects with the signal's reason if that is aborted by then.
 */
export async function fairTurn(signal?: AbortSignal): Promise<void> {
  await turns.take();
  signal?.throwIfAborted();
}

/** Resolves when all who can go on in this round have done what they can do without waiting. */
export async function afterOthers(): Promise<void> {
  do await new Promise<void>((resolve) => process.nextTick(resolve));
  while (turns.serving);
}

function give(): void {
  const first = waiting[0];
  // Asked for here, it comes in the next round.
  if (waiting.length > 1) setImmediate(give);
  waiting.shift();
  first?.();
}

/** Items worked on in one turn. */
const SLICE = 256;

/** Calls `each` for every item and gives way after every few hundred. Rejects with the signal's reason when it is aborted. */
export async function inTurns<T>(items: Iterable<T>, each: (item: T) => void, signal?: AbortSignal): Promise<void> {
  let done = 0;
  for (const item of items) {
    each(item);
    if (++done % SLICE === 0) await nextTurn(signal);
  }
}
