import { expect, it } from '@jest/globals';
import { TestClock } from '@skein/core/testing';
import { incoming } from './incoming.js';

/** Sends some chunks, then nothing for ever. */
async function* thenSilent(...chunks: readonly (readonly Uint8Array[])[]): AsyncGenerator<readonly Uint8Array[]> {
  yield* chunks;
  await new Promise(() => undefined);
}
const message = (n: number): Uint8Array => Buffer.from([n]);

it('gives messages one by one, and up a client that is silent for too long', async () => {
  const clock = new TestClock();
  const messages = incoming(thenSilent([message(1), message(2)], [message(3)]), clock, 5000);
  for (const n of [1, 2, 3]) {
    await clock.advance(4000);
    expect((await messages.next()).value).toEqual(message(n));
  }
  const late = messages.next();
  late.catch(() => undefined);
  await clock.advance(4999);
  let settled = false;
  void late
    .finally(() => {
      settled = true;
    })
    .catch(() => undefined);
  await clock.advance(0);
  expect(settled).toBe(false);
  await clock.advance(1);
  await expect(late).rejects.toMatchObject({ status: 'DEADLINE_EXCEEDED' });
  expect(await messages.return()).toEqual({ done: true, value: undefined });
});

it('closes what it reads when it is no longer read', async () => {
  let closed = false;
  async function* source(): AsyncGenerator<readonly Uint8Array[]> {
    try {
      yield [message(1), message(2)];
    } finally {
      closed = true;
    }
  }
  for await (const _ of incoming(source(), new TestClock(), 1000)) break;
  expect(closed).toBe(true);
});
