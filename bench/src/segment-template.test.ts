import { describe, expect, it } from '@jest/globals';
import { decodeSegment } from '@skein/proto';
import { makeId } from './segment-template.js';
import { makeTemplates } from './world.js';

describe('SegmentTemplate', () => {
  it('makes segments of 5 spans and about 1.5 kB that differ in ids and times only', () => {
    const template = makeTemplates()[51]!;
    const [a, b] = [
      template.make(makeId('t', 1), makeId('s', 1), 1_795_000_000_000),
      template.make(makeId('t', 2), makeId('s', 2), 1_795_000_060_000),
    ];
    const [first, second] = [decodeSegment(a), decodeSegment(b)];
    expect(a.length).toBeGreaterThan(1300);
    expect(a.length).toBeLessThan(1700);
    expect([first.traceId, second.traceId]).toEqual([makeId('t', 1), makeId('t', 2)]);
    expect(first.spans.map((s) => [s.spanId, s.endTime - s.startTime])).toEqual([
      [1, 37],
      [2, 18],
      [3, 14],
      [4, 2],
      [0, 80],
    ]);
    expect(second.spans[4]!.startTime - first.spans[4]!.startTime).toBe(60_000);
    expect(first.spans[4]!.refs[0]!.parentService).toBe('shop::service-00');
  });
});
