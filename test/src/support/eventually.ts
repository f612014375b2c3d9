/** Asks again until the answer is good, at most for `ms`; then lets the last failure speak. */
export async function eventually<T>(ask: () => Promise<T>, ms = 30_000): Promise<T> {
  const giveUp = Date.now() + ms;
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      if (Date.now() > giveUp) throw error;
      await new Promise((done) => setTimeout(done, 200));
    }
  }
}
