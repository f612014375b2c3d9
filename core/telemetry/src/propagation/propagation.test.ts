import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { instanceId, serviceId } from '../entities/ids.js';
import {
  decodeB3,
  decodeSw3,
  decodeSw6,
  decodeSw8,
  decodeSw8Correlation,
  decodeSw8Extension,
  decodeTraceParent,
  decodeTraceState,
  encodeSw3,
  encodeSw6,
  encodeSw8,
  encodeSw8Correlation,
  encodeSw8Extension,
  MAX_SW8,
} from './index.js';

const TRACE = '4f1c9d0a7be24c7e9c1f5a0d2b6e8f31.58.17342216500120003';
const SEGMENT = '4f1c9d0a7be24c7e9c1f5a0d2b6e8f31.58.17342216500120002';
const SW8 =
  '1-NGYxYzlkMGE3YmUyNGM3ZTljMWY1YTBkMmI2ZThmMzEuNTguMTczNDIyMTY1MDAxMjAwMDM=-NGYxYzlkMGE3YmUyNGM3ZTljMWY1YTBkMmI2ZThmMzEuNTguMTczNDIyMTY1MDAxMjAwMDI=-2-c2hvcC13ZWI=-c2hvcC13ZWItN2M5QDEwLjEuNC43-R0VUOi9jYXJ0-c3RvY2suaW50ZXJuYWw6ODQ0Mw==';
const CALLER = {
  sampled: true,
  traceId: TRACE,
  segmentId: SEGMENT,
  spanId: 2,
  service: 'shop-web',
  instance: 'shop-web-7c9@10.1.4.7',
  endpoint: 'GET:/cart',
  address: 'stock.internal:8443',
};
const text = (maxLength: number) => fc.string({ unit: 'grapheme', minLength: 1, maxLength });
const int32 = fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 });

describe('sw8', () => {
  it('reads and writes the example of the reference, whose names give the ids that it names', () => {
    expect(decodeSw8(SW8)).toEqual(CALLER);
    expect(encodeSw8(CALLER)).toBe(SW8);
    expect(instanceId(serviceId(CALLER.service, true), CALLER.instance)).toBe('c2hvcC13ZWI=.1_c2hvcC13ZWItN2M5QDEwLjEuNC43');
  });

  it('reads what it wrote, with the names cut at their limits', () => {
    fc.assert(
      fc.property(int32, text(40), text(20), text(8), text(30), fc.boolean(), (spanId, traceId, service, instance, endpoint, sampled) => {
        const caller = { sampled, traceId, segmentId: `${traceId}1`, spanId, service, instance, endpoint, address: '' };
        const read = decodeSw8(encodeSw8(caller))!;
        expect(read).toMatchObject({ sampled, traceId, segmentId: `${traceId}1`, spanId, address: '' });
        for (const key of ['service', 'instance', 'endpoint'] as const) expect(caller[key].startsWith(read[key])).toBe(true);
      }),
    );
  });

  it.each([
    ['seven parts', SW8.slice(0, SW8.lastIndexOf('-'))],
    ['nine parts', `${SW8}-`],
    ['an unknown flag', `2${SW8.slice(1)}`],
    ['no number for a span', SW8.replace('-2-', '-two-')],
    ['a span beyond 32 bits', SW8.replace('-2-', '-2147483648-')],
    ['no base64', SW8.replace('c2hvcC13ZWI=', 'c2hv*')],
    ['no UTF-8', SW8.replace('c2hvcC13ZWI=', Buffer.of(0xff, 0xfe).toString('base64'))],
    ['no service', SW8.replace('c2hvcC13ZWI=', '')],
    ['nothing', ''],
    ['too much', `1-${'A'.repeat(MAX_SW8)}`],
  ])('ignores %s', (_what, header) => expect(decodeSw8(header)).toBeUndefined());

  it('takes an empty instance and address, which agents for Node.js send', () => {
    expect(decodeSw8(encodeSw8({ ...CALLER, instance: '', address: '' }))).toMatchObject({ instance: '', address: '' });
  });

  it('cuts names, never within a character, and refuses to write what no agent reads', () => {
    const long = decodeSw8(encodeSw8({ ...CALLER, service: `${'s'.repeat(49)}\u{1f600}`, endpoint: 'e'.repeat(200) }))!;
    expect([long.service, long.endpoint.length]).toEqual(['s'.repeat(49), 149]);
    expect(() => encodeSw8({ ...CALLER, traceId: 't'.repeat(2000) })).toThrow(/shorter than 2048/);
    expect(() => encodeSw8({ ...CALLER, spanId: 1.5 })).toThrow(/32-bit/);
  });
});

describe('sw8-correlation', () => {
  const header = 'dGVuYW50:Ymx1ZS03,cGxhbg==:Z29sZA==';
  const context = new Map([
    ['tenant', 'blue-7'],
    ['plan', 'gold'],
  ]);

  it('reads and writes the example of the reference', () => {
    expect(decodeSw8Correlation(header)).toEqual(context);
    expect(encodeSw8Correlation(context)).toBe(header);
  });

  it('keeps the first three keys, and no value that is empty or longer than 128', () => {
    const many = new Map([
      ['a', '1'],
      ['empty', ''],
      ['long', 'x'.repeat(129)],
      ['b', 'y'.repeat(128)],
      ['c', '3'],
      ['d', '4'],
    ] as const);
    const kept = new Map([
      ['a', '1'],
      ['b', 'y'.repeat(128)],
      ['c', '3'],
    ] as const);
    expect(decodeSw8Correlation(encodeSw8Correlation(many))).toEqual(kept);
    const loose = { maxKeys: 10, maxValue: 1000 };
    expect(decodeSw8Correlation(encodeSw8Correlation(many, loose))).toEqual(kept);
  });

  it('skips items that are none', () => {
    expect(decodeSw8Correlation(`${header},,no,a:b:c,*:*, ${Buffer.from('k').toString('base64')}:dg==`)).toEqual(
      new Map([...context, ['k', 'v']]),
    );
    expect(decodeSw8Correlation(`${header},${'A'.repeat(9000)}`).size).toBe(0);
  });
});

describe('sw8-x', () => {
  it.each([
    ['0-1734221650040', { skipAnalysis: false, sendTime: 1734221650040 }],
    ['1-5-more', { skipAnalysis: true, sendTime: 5 }],
    ['0- ', { skipAnalysis: false }],
    ['1', { skipAnalysis: true }],
    ['', { skipAnalysis: false }],
    ['x-y', { skipAnalysis: false }],
  ])('reads %j', (header, expected) => expect(decodeSw8Extension(header)).toEqual(expected));

  it('writes an absent time as a space', () => {
    expect(encodeSw8Extension({ skipAnalysis: true })).toBe('1- ');
    expect(encodeSw8Extension({ skipAnalysis: false, sendTime: 1734221650040 })).toBe('0-1734221650040');
  });
});

const registered = fc.oneof(fc.record({ id: fc.nat(2 ** 31 - 1) }), fc.record({ name: text(20).filter((name) => !name.includes('|')) }));
const context = fc.record(
  {
    traceId: fc.constant('31.44.17342216500120003'),
    segmentId: fc.constant('31.44.17342216500120002'),
    spanId: fc.nat(1000),
    parentInstanceId: fc.nat(1000),
    entryInstanceId: fc.nat(1000),
    address: registered,
    entryEndpoint: registered,
    parentEndpoint: registered,
  },
  { requiredKeys: ['traceId', 'segmentId', 'spanId', 'parentInstanceId', 'entryInstanceId', 'address'] },
);

describe('sw6 and sw3', () => {
  const sw6 =
    '1-MzEuNDQuMTczNDIyMTY1MDAxMjAwMDM=-MzEuNDQuMTczNDIyMTY1MDAxMjAwMDI=-2-31-12-IzEwLjIuMy40OjgwODA=-Iy9jYXJ0-Iy9jYXJ0L2NoZWNrb3V0';
  const sw3 = '31.44.17342216500120002|2|31|12|#10.2.3.4:8080|#/cart|#/cart/checkout|31.44.17342216500120003';
  const caller = {
    traceId: '31.44.17342216500120003',
    segmentId: '31.44.17342216500120002',
    spanId: 2,
    parentInstanceId: 31,
    entryInstanceId: 12,
    address: { name: '10.2.3.4:8080' },
    entryEndpoint: { name: '/cart' },
    parentEndpoint: { name: '/cart/checkout' },
  };

  it('reads and writes the examples of the reference', () => {
    expect(decodeSw6(sw6)).toEqual({ sampled: true, ...caller });
    expect(encodeSw6({ sampled: true, ...caller })).toBe(sw6);
    expect(decodeSw3(sw3)).toEqual(caller);
    expect(encodeSw3(caller)).toBe(sw3);
  });

  it('reads the short form of sw6, and numbers for names', () => {
    const { entryEndpoint, parentEndpoint, ...short } = caller;
    expect(decodeSw6(sw6.split('-').slice(0, 7).join('-'))).toEqual({ sampled: true, ...short });
    expect(decodeSw3('1.2.3|0|1|1|7|-1|#|1.2.4')).toEqual({
      traceId: '1.2.4',
      segmentId: '1.2.3',
      spanId: 0,
      parentInstanceId: 1,
      entryInstanceId: 1,
      address: { id: 7 },
    });
  });

  it('reads what it wrote', () => {
    fc.assert(
      fc.property(context, fc.boolean(), (some, sampled) => {
        expect(decodeSw6(encodeSw6({ ...some, sampled }))).toEqual({ ...some, sampled });
        expect(decodeSw3(encodeSw3(some))).toEqual(some);
      }),
    );
  });

  it('ignores what is malformed, and writes no sw3 that would be', () => {
    for (const header of ['', sw3, `${sw6}-x`, sw6.replace('-31-', '-x-'), sw6.replace('IzEwLjIuMy40OjgwODA=', '')])
      expect(decodeSw6(header)).toBeUndefined();
    for (const header of ['', sw6, `${sw3}|x`, sw3.replace('|2|', '||'), sw3.replace('#/cart|', 'cart|'), 'x'.repeat(9000)])
      expect(decodeSw3(header)).toBeUndefined();
    expect(() => encodeSw3({ ...caller, address: { name: 'a|b' } })).toThrow(RangeError);
  });
});

describe('B3', () => {
  const trace = '80f198ee56343ba864fe8b2a57d3eff7';
  const read = (headers: Record<string, string>) => decodeB3((name) => headers[name]);

  it.each([
    [{ b3: `${trace}-e457b5a2e4d86bd1-1-05e3ac9a4f6e3b90` }, { sampled: true, debug: false, parentSpanId: '05e3ac9a4f6e3b90' }],
    [{ b3: `${trace}-e457b5a2e4d86bd1-d` }, { sampled: true, debug: true }],
    [{ b3: `${trace}-e457b5a2e4d86bd1` }, { debug: false }],
    [
      { 'x-b3-traceid': trace.toUpperCase(), 'x-b3-spanid': 'E457B5A2E4D86BD1', 'x-b3-sampled': '0' },
      { sampled: false, debug: false },
    ],
    [
      { b3: '0', 'x-b3-traceid': trace, 'x-b3-spanid': 'e457b5a2e4d86bd1', 'x-b3-flags': '1' },
      { sampled: true, debug: true },
    ],
  ] as [Record<string, string>, object][])('reads %j', (headers, more) =>
    expect(read(headers)).toEqual({ traceId: trace, spanId: 'e457b5a2e4d86bd1', ...more }),
  );

  it.each([
    [{}],
    [{ b3: '0' }],
    [{ b3: `${trace}-e457b5a2e4d86bd` }],
    [{ b3: `${trace}-e457b5a2e4d86bd1-x` }],
    [{ b3: `${trace}-e457b5a2e4d86bd1-1-05e3ac9a4f6e3b90-` }],
    [{ b3: `${'0'.repeat(32)}-e457b5a2e4d86bd1` }],
    [{ 'x-b3-traceid': trace }],
  ] as [Record<string, string>][])('finds no caller in %j', (headers) => expect(read(headers)).toBeUndefined());
});

describe('trace context', () => {
  const parent = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
  const expected = { traceId: '4bf92f3577b34da6a3ce929d0e0e4736', spanId: '00f067aa0ba902b7', sampled: true, flags: 1 };

  it('reads version 00, and later ones as far as that goes', () => {
    expect(decodeTraceParent(parent)).toEqual(expected);
    expect(decodeTraceParent(` cc${parent.slice(2)}-what-the-future-brings `)).toEqual(expected);
    expect(decodeTraceParent(`${parent.slice(0, -2)}fe`)).toEqual({ ...expected, sampled: false, flags: 0xfe });
  });

  it.each([
    ['an extension of version 00', `${parent}-x`],
    ['version ff', `ff${parent.slice(2)}`],
    ['capitals', parent.toUpperCase()],
    ['a trace of zeros', `00-${'0'.repeat(32)}-00f067aa0ba902b7-01`],
    ['a span of zeros', `00-4bf92f3577b34da6a3ce929d0e0e4736-${'0'.repeat(16)}-01`],
    ['a cut', parent.slice(0, -1)],
  ])('ignores %s', (_what, header) => expect(decodeTraceParent(header)).toBeUndefined());

  it('reads the members of a tracestate in order, or none of them', () => {
    expect([...decodeTraceState('rojo=00f067, congo=t61rcWkgMzE ,,1a@vendor=x')!]).toEqual([
      ['rojo', '00f067'],
      ['congo', 't61rcWkgMzE'],
      ['1a@vendor', 'x'],
    ]);
    const many = Array.from({ length: 33 }, (_, i) => `k${i}=v`);
    expect(decodeTraceState(many.slice(1).join(','))?.size).toBe(32);
    for (const header of [many.join(','), 'a=1,a=2', 'a', 'A=1', 'a=', 'a=\u00e9']) expect(decodeTraceState(header)).toBeUndefined();
  });
});

it('no decoder throws, whatever it is given', () => {
  const decoders = [decodeSw8, decodeSw8Correlation, decodeSw8Extension, decodeSw6, decodeSw3, decodeTraceParent, decodeTraceState];
  const anything = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.string().map((s) => `${SW8}${s}`),
    fc.stringMatching(/^[0-9a-f|#:=,-]{0,80}$/),
  );
  fc.assert(
    fc.property(anything, (header) => {
      for (const decode of decoders) decode(header);
      decodeB3(() => header);
    }),
  );
});
