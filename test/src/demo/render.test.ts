import { describe, expect, it } from '@jest/globals';
import { sparkline, table, topologyTree, waterfall } from '@skein/example-shop/render';

describe('the demo on a terminal', () => {
  it('draws a sparkline with gaps, scaled to the highest value', () => {
    expect(sparkline([0, 1, null, 4, 8])).toBe('▁▁ ▄█');
    expect(sparkline([0, 0])).toBe('▁▁');
    expect(sparkline([])).toBe('');
  });

  it('lines up the columns of a table', () => {
    expect(
      table(
        ['', 'calls', 'trend'],
        [
          ['shop', '7', '▁█'],
          ['a', '123', '█'],
        ],
      ),
    ).toBe('      calls  trend\nshop      7  ▁█\na       123  █');
  });

  it('draws calls as a tree from the callers down, and ends at a cycle', () => {
    const nodes = ['User', 'a', 'b', 'db'].map((name) => ({
      id: name,
      name,
      type: name === 'User' ? 'USER' : name === 'db' ? 'PostgreSQL' : 'http',
    }));
    const call = (source: string, target: string, ...detectPoints: string[]) => ({ source, target, detectPoints });
    const calls = [call('User', 'a', 'SERVER'), call('a', 'b', 'CLIENT', 'SERVER'), call('b', 'a', 'CLIENT'), call('b', 'db', 'CLIENT')];
    expect(topologyTree({ nodes, calls }, false)).toBe(
      [
        'User',
        '└─▶ a http  seen by server',
        '    └─▶ b http  seen by client + server',
        '        ├─▶ a http  seen by client ↺',
        '        └─▶ db PostgreSQL  seen by client',
      ].join('\n'),
    );
  });

  it('draws a trace as a waterfall: indented by parent, also across segments', () => {
    const span = (segmentId: string, spanId: number, parentSpanId: number, startTime: number, endTime: number, more = {}) => ({
      segmentId,
      spanId,
      parentSpanId,
      startTime,
      endTime,
      serviceCode: segmentId,
      endpointName: `/${spanId}`,
      isError: false,
      refs: [],
      ...more,
    });
    const spans = [
      span('a', 0, -1, 1000, 1100),
      span('a', 1, 0, 1050, 1100, { isError: true }),
      span('b', 0, -1, 1050, 1075, { refs: [{ parentSegmentId: 'a', parentSpanId: 1 }] }),
    ];
    expect(waterfall(spans, false, 20)).toBe(
      [
        `a /0      ${'█'.repeat(20)} 100 ms`,
        `  a /1    ${' '.repeat(10)}${'█'.repeat(10)} 50 ms failed`,
        `    b /0  ${' '.repeat(10)}${'█'.repeat(5)}${' '.repeat(5)} 25 ms`,
      ].join('\n'),
    );
  });
});
