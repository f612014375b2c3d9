import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { joinReports } from './join-reports.js';

const report = (more: object) => ({
  id: 'i',
  uuid: 'u',
  service: 's',
  instance: '',
  endpoint: '',
  name: 'Restart',
  type: 'Normal',
  message: '',
  parameters: '{}',
  startTime: 0,
  endTime: 0,
  layer: 'GENERAL',
  timestamp: 1,
  ...more,
});

describe('the reports of an event', () => {
  it('are joined: earliest start, latest end, and what the one that tells the end says', () => {
    const start = report({ startTime: 100, timestamp: 100, message: 'begins', parameters: '{"a":"1","b":"1"}', instance: 'i-1' });
    const end = report({ endTime: 300, timestamp: 300, message: 'failed', type: 'Error', parameters: '{"b":"2"}' });
    expect(joinReports([end, start])).toEqual({
      uuid: 'u',
      source: { service: 's', serviceInstance: 'i-1', endpoint: '' },
      name: 'Restart',
      type: 'Error',
      message: 'failed',
      parameters: [
        { key: 'a', value: '1' },
        { key: 'b', value: '2' },
      ],
      startTime: 100,
      endTime: 300,
      layer: 'GENERAL',
    });
  });

  it('mean the same in whatever order they come', () => {
    const time = fc.constantFrom(0, 100, 200, 300);
    const any = fc.record({
      id: fc.uuid(),
      startTime: time,
      endTime: time,
      timestamp: fc.constantFrom(100, 200),
      type: fc.constantFrom('Normal', 'Error'),
      message: fc.constantFrom('', 'x', 'y'),
      parameters: fc.constantFrom('{}', '{"k":"1"}', '{"k":"2","__proto__":"p"}'),
    });
    fc.assert(
      fc.property(fc.array(any, { minLength: 1, maxLength: 5 }), fc.infiniteStream(fc.nat()), (reports, keys) => {
        const rows = reports.map(report);
        const shuffled = rows.map((row) => ({ row, key: keys.next().value })).sort((a, b) => a.key - b.key);
        expect(joinReports(shuffled.map(({ row }) => row))).toEqual(joinReports(rows));
      }),
    );
  });
});
