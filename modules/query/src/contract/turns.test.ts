import { expect, it } from '@jest/globals';
import { inTurns, nextTurn } from './turns.js';

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
