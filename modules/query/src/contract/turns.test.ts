import { expect, it, jest } from '@jest/globals';
import { fairTurn, inTurns, nextTurn } from './turns.js';

it('gives one turn in each round of the event loop, in the order of asking', async () => {
  const order: string[] = [];
  const other = (): void => {
    order.push('-');
    if (order.length < 7) setImmediate(other);
  };
  const turns = ['a', 'b', 'c'].map(async (name) => {
    await nextTurn();
    order.push(name);
  });
  setImmediate(other);
  await Promise.all(turns);
  expect(order.join('')).toBe('a-b-c');
});

it('stops working on items when the signal is aborted', async () => {
  const done: number[] = [];
  const items = Array.from({ length: 1000 }, (_, i) => i);
  await expect(inTurns(items, (i) => done.push(i), AbortSignal.abort(new Error('enough')))).rejects.toThrow('enough');
  expect(done).toHaveLength(256);
});

it('lets a query go on at once while it works little, and wait for a turn when it has worked for long', async () => {
  // In a round of its own.
  await nextTurn();
  await nextTurn();
  let now = 1000;
  const clock = jest.spyOn(performance, 'now').mockImplementation(() => now);
  let rounds = 0;
  setImmediate(() => {
    rounds++;
  });
  await fairTurn();
  now += 5;
  await fairTurn();
  expect(rounds).toBe(0);
  now += 1;
  await fairTurn();
  expect(rounds).toBe(1);
  clock.mockRestore();
  await expect(fairTurn(AbortSignal.abort(new Error('enough')))).rejects.toThrow('enough');
});

it('serves in each round as many as there is time for, in the order of asking', async () => {
  // In a round of its own.
  await nextTurn();
  await nextTurn();
  let now = 1000;
  const clock = jest.spyOn(performance, 'now').mockImplementation(() => now);
  await fairTurn();
  now += 6;
  const order: string[] = [];
  const work = async (name: string): Promise<void> => {
    for (let i = 0; i < 2; i++) {
      await fairTurn();
      order.push(name);
      now += 3;
    }
  };
  const other = (): void => {
    order.push('-');
    if (order.length < 12) setImmediate(other);
  };
  const all = Promise.all(['a', 'b', 'c'].map(work));
  setImmediate(other);
  await all;
  clock.mockRestore();
  expect(order.join('').slice(0, 8)).toBe('ab-ca-bc');
});
