import { type Clock, type RawMessages, StatusError } from '@skein/core';

/** The messages of a call, one by one. Throws DEADLINE_EXCEEDED when the client sends nothing for `idleMs`. */
export async function* incoming(messages: RawMessages, clock: Clock, idleMs: number): AsyncGenerator<Uint8Array, void, undefined> {
  const chunks = messages[Symbol.asyncIterator]();
  let waiting = false;
  try {
    for (;;) {
      waiting = true;
      const { done, value } = await withinTime(chunks.next(), clock, idleMs);
      waiting = false;
      if (done === true) return;
      yield* value;
    }
  } finally {
    // A chunk that is still waited for would be waited for here as well.
    if (!waiting) await chunks.return?.();
  }
}

async function withinTime<T>(promise: Promise<T>, clock: Clock, ms: number): Promise<T> {
  let timer: Disposable | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = clock.setTimeout(() => reject(new StatusError('DEADLINE_EXCEEDED', `nothing was sent for ${ms} ms`)), ms);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    timer?.[Symbol.dispose]();
  }
}
