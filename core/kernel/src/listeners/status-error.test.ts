import { describe, expect, it } from '@jest/globals';
import { StreamError } from '../api/streams.js';
import { StatusError, statusOf } from './status-error.js';

describe('the status of an error', () => {
  it('is what a StatusError says', () => {
    expect(statusOf(new StatusError('NOT_FOUND', 'no such thing'))).toEqual({
      status: 'NOT_FOUND',
      message: 'no such thing',
      retryable: false,
    });
    expect(statusOf(new StatusError('UNAVAILABLE', 'later')).retryable).toBe(true);
  });

  it('is retryable for everything that a stream could not take now', () => {
    for (const [code, status] of [
      ['REFUSED', 'RESOURCE_EXHAUSTED'],
      ['FAILED', 'RESOURCE_EXHAUSTED'],
      ['CLOSED', 'UNAVAILABLE'],
    ] as const) {
      expect(statusOf(new StreamError(code, 'why', true))).toEqual({ status, message: 'why', retryable: true });
    }
  });

  it("is INTERNAL, without the reason, for mistakes of the server's own code", () => {
    const neutral = { status: 'INTERNAL', message: 'internal error', retryable: false };
    expect(statusOf(new StreamError('REJECTED', 'an item cannot be weighed', false))).toEqual(neutral);
    for (const error of [new TypeError('x is undefined'), 'text', undefined]) expect(statusOf(error)).toEqual(neutral);
  });
});
