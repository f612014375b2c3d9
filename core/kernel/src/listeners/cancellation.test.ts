import { expect, test } from '@jest/globals';
import { Cancellation } from './cancellation.js';

test('tells listeners that are still there, once and with the first reason', () => {
  const cancellation = new Cancellation();
  const told: unknown[] = [];
  const listener = (): void => void told.push(cancellation.reason);
  const gone = (): void => void told.push('never');
  cancellation.addEventListener('abort', listener);
  cancellation.addEventListener('abort', gone);
  cancellation.removeEventListener('abort', gone);
  expect([cancellation.aborted, cancellation.reason]).toEqual([false, undefined]);
  const reason = new Error('first');
  cancellation.cancel(reason);
  cancellation.cancel(new Error('second'));
  cancellation.addEventListener('abort', gone);
  expect(told).toEqual([reason]);
  expect([cancellation.aborted, cancellation.reason]).toEqual([true, reason]);
});

test.each(['before', 'after'])('its signal is aborted with the same reason when it was asked for %s the end', (when) => {
  const cancellation = new Cancellation();
  const early = when === 'before' ? cancellation.signal : undefined;
  const reason = new Error('gone');
  cancellation.cancel(reason);
  const { signal } = cancellation;
  expect(early ?? signal).toBe(signal);
  expect([signal.aborted, signal.reason]).toEqual([true, reason]);
});
