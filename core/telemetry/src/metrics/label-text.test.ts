import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { bucketKey, formatLabels, parseBucketKey, withLabel } from './label-text.js';

const labels = (...pairs: readonly (readonly [string, string])[]): ReadonlyMap<string, string> => new Map(pairs);

describe('label texts', () => {
  it('are the same for the same labels in any order', () => {
    expect(formatLabels(labels(['b', '2'], ['a', '1']))).toBe('{a=1,b=2}');
    expect(formatLabels(labels(['a', '1'], ['b', '2']))).toBe('{a=1,b=2}');
    expect(formatLabels(labels())).toBe('{}');
  });

  it('can be told apart by a reader whatever names and values hold', () => {
    expect(formatLabels(labels(['pool-name', 'x'], ['', 'y']))).toBe('{_=y,pool_name=x}');
    expect(formatLabels(labels(['a', 'x,y'], ['b', 'p,q=r']))).toBe('{a=x,y,b=p;q=r}');
  });

  it('go with a bucket and come back', () => {
    expect(parseBucketKey(bucketKey('10', '{}'))).toEqual({ bound: 10, labels: '{}' });
    expect(withLabel('{}', 'p', '50')).toBe('{p=50}');
    expect(withLabel('{a=1}', 'p', '50')).toBe('{a=1,p=50}');
    fc.assert(
      fc.property(fc.integer(), fc.dictionary(fc.string(), fc.string()), (bound, pairs) => {
        const text = formatLabels(new Map(Object.entries(pairs)));
        expect(parseBucketKey(bucketKey(String(bound), text))).toEqual({ bound, labels: text });
      }),
    );
  });
});
