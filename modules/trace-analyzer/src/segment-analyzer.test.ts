import { describe, expect, it } from '@jest/globals';
import type { Observation } from '@skein/telemetry';
import fc from 'fast-check';
import { javaStringHash, sampleOf } from './sampling-policy.js';
import { Entry, kit, Layer, Local, NOW, reference, type Span, segment } from './testing/segment-kit.js';

const entry: Span = { spanId: 0, parentSpanId: -1, spanType: Entry, spanLayer: Layer.Http, operationName: '/buy' };
const local: Span = { spanId: 1, spanType: Local, operationName: 'work' };
const row = ({ records }: Observation) => records.find((r) => r.model.name === 'segment')?.row;
const endpointName = (o: Observation): string => Buffer.from(String(row(o)?.endpoint).split('_')[1]!, 'base64').toString();

describe('segment records', () => {
  it('hold ids, the earliest start, the whole duration and the original bytes', () => {
    const bytes = segment([
      { ...local, startTime: NOW + 3, endTime: NOW + 90 },
      { ...entry, startTime: NOW, endTime: NOW + 20 },
    ]);
    expect(row(kit().observe(bytes))).toEqual({
      segmentId: 's',
      traceId: 't',
      service: 'c2hvcA==.1',
      instance: 'c2hvcA==.1_aTE=',
      endpoint: 'c2hvcA==.1_L2J1eQ==',
      startTime: NOW,
      latency: 90,
      isError: false,
      tags: [],
      data: bytes,
    });
  });

  it.each<readonly [string, readonly Span[], string]>([
    ['the entry span', [entry, local], '/buy'],
    [
      'span 0 when it comes last, whatever its type',
      [
        { ...entry, spanId: 1 },
        { ...local, spanId: 0, operationName: 'main' },
      ],
      'main',
    ],
    ['the last entry span', [entry, { ...entry, spanId: 4, operationName: '/late' }], '/late'],
    [
      'the span without parent when there is no span 0',
      [
        { ...local, spanId: 3 },
        { ...local, spanId: 2, parentSpanId: -1, operationName: 'root' },
      ],
      'root',
    ],
    [
      'the first span when there is neither',
      [
        { ...local, spanId: 3, parentSpanId: 9 },
        { ...local, spanId: 4, parentSpanId: 9, operationName: 'x' },
      ],
      'work',
    ],
    ['the first span when its enums are unknown', [{ ...entry, spanType: 55, spanLayer: 66 }], '/buy'],
  ])('are named after %s', (_, spans, expected) => {
    expect(endpointName(kit().observe(segment(spans)))).toBe(expected);
  });

  it.each([
    ['FROM_SPAN_STATUS', [true, true, true]],
    ['FROM_ENTRY_SPAN', [true, false, true]],
    ['FROM_FIRST_SPAN', [true, false, false]],
  ] as const)('are in error, by strategy %s', (segmentStatusAnalysisStrategy, expected) => {
    const { observe } = kit({ segmentStatusAnalysisStrategy });
    const failing = [
      [{ ...entry, isError: true }, local],
      [entry, { ...local, isError: true }],
      [entry, { ...entry, spanId: 2, isError: true }],
    ];
    expect(failing.map((spans) => row(observe(segment(spans)))?.isError)).toEqual(expected);
  });

  it('hold each searchable tag once, unless it is longer than 256', () => {
    const fits = 'v'.repeat(256 - 'db.type='.length);
    const tags = [
      'http.method=GET',
      'http.method=GET',
      'other=1',
      `db.type=${fits}`,
      `db.type=${fits}v`,
      'http.status_code=',
      '__proto__=x',
    ];
    const found = kit().observe(
      segment([
        { ...entry, tags },
        { ...local, tags: ['http.method=GET', 'http.method=PUT'] },
      ]),
    );
    expect(row(found)?.tags).toEqual(['http.method=GET', `db.type=${fits}`, 'http.status_code=', 'http.method=PUT']);
  });

  it('hold no more tags than the field of the record does', () => {
    const { observe, recorder } = kit();
    const tags = Array.from({ length: 5000 }, (_, i) => `db.type=ü${i}`);
    const stored = row(observe(segment([{ ...local, tags }])))?.tags as readonly string[];
    expect(Buffer.byteLength(stored.join(''))).toBeLessThan(65_536);
    expect(recorder.droppedTags).toBe(5000 - stored.length);
  });
});

describe('tag completion', () => {
  const bytes = segment([{ ...local, tags: ['http.method=GET'] }]);

  it('gets each value once a day, at the start of the local day', () => {
    const { observe, wait } = kit({}, 'Asia/Kolkata');
    const day = Date.parse('2024-01-02T00:00:00+05:30');
    expect(observe(bytes).entities).toEqual([
      expect.objectContaining({
        id: 'TRACE_http.method=GET',
        at: day,
        active: true,
        row: { type: 'TRACE', key: 'http.method', value: 'GET' },
      }),
    ]);
    expect(observe(bytes).entities).toEqual([]);
    wait(86_400_000);
    const tomorrow = segment([{ ...local, startTime: NOW + 86_400_000, tags: ['http.method=GET'] }]);
    expect(observe(tomorrow).entities.map((e) => e.at)).toEqual([day + 86_400_000]);
  });

  it('gets it again after rows were lost', () => {
    const { observe, rowsLost } = kit();
    observe(bytes);
    rowsLost();
    expect(observe(bytes).entities).toHaveLength(1);
  });
});

describe('sampling', () => {
  it('places the trace abc.1.2 at 1831, as Java does', () => {
    expect(javaStringHash('abc.1.2')).toBe(-1_207_951_831);
    expect(sampleOf('abc.1.2')).toBe(1831);
  });

  it.each([
    [{ default: { rate: 1832 }, services: [] }, true],
    [{ default: { rate: 1831 }, services: [] }, false],
    [{ default: { rate: 0, duration: 12 }, services: [] }, true],
    [{ default: { rate: 0, duration: 13 }, services: [] }, false],
    [{ default: { rate: 0, duration: -1 }, services: [{ name: 'shop', rate: 5000 }] }, true],
    [{ default: { rate: 10_000 }, services: [{ name: 'shop', rate: 0 }] }, false],
    [{ default: { duration: 5 }, services: [{ name: 'shop', rate: 0 }] }, true],
    [{ default: { rate: 0 }, services: [{ name: 'other', rate: 10_000 }] }, false],
  ])('by %j stores: %s; metrics never change', (samplingPolicy, stored) => {
    const found = kit({ samplingPolicy }).observe(segment([{ ...entry, tags: ['http.method=GET'] }], { traceId: 'abc.1.2' }));
    expect([found.records.length, found.entities.length]).toEqual(stored ? [1, 1] : [0, 0]);
    expect(found.sources).toHaveLength(7);
  });

  it.each([true, false])('stores errors whatever the rate if forced: %s', (forceSampleErrorSegment) => {
    const { observe } = kit({ samplingPolicy: { default: { rate: 0 }, services: [] }, forceSampleErrorSegment });
    expect(observe(segment([{ ...entry, isError: true }])).records).toHaveLength(forceSampleErrorSegment ? 1 : 0);
  });

  it('finds a service by the name that the agent sent, also when it is cut for storage', () => {
    const name = 'n'.repeat(100);
    const { observe } = kit({ samplingPolicy: { default: {}, services: [{ name, rate: 0 }] } });
    expect(observe(segment([entry], { service: name })).records).toHaveLength(0);
  });
});

describe('segments that are left out', () => {
  it.each([
    ['malformed', Buffer.from([0x0a, 0x05, 0x01])],
    ['no-spans', segment([])],
    ['no-id', segment([entry], { traceSegmentId: '' })],
    ['no-id', segment([entry], { traceId: '' })],
    ['id-too-long', segment([entry], { traceId: 't'.repeat(10_000) })],
    ['out-of-time', segment([{ ...entry, startTime: 0 }])],
    ['out-of-time', segment([{ ...entry, startTime: NOW + 600_000 }])],
    ['out-of-time', segment([{ ...entry, startTime: NOW - 7 * 86_400_000 - 1 }])],
    ['out-of-time', segment([{ ...entry, startTime: -5 }])],
    ['out-of-time', segment([{ ...entry, startTime: 9e15 }])],
  ])('%s', (reason, bytes) => {
    expect(kit().analyzer.analyze({ bytes })).toBe(reason);
  });

  it('leaves out a span alone when only its time is absurd', () => {
    const { observe, reported } = kit();
    const found = observe(
      segment([
        { ...entry, startTime: 5 },
        { ...local, startTime: NOW + 1 },
      ]),
    );
    expect(reported).toEqual(['out-of-time']);
    expect(found.sources).toEqual([]);
    expect(row(found)).toMatchObject({ startTime: NOW + 1, latency: 12 });
  });

  it('does not leave out a segment of 10 000 spans', () => {
    const { observe, reported } = kit();
    const found = observe(segment(Array.from({ length: 10_000 }, (_, spanId) => ({ ...entry, spanId }))));
    expect(found.sources).toHaveLength(70_000);
    expect(reported).toEqual([]);
  });

  it('gives at most some 100 000 sources for a segment, and stores it', () => {
    const { observe, reported } = kit();
    const refs = Array.from({ length: 20_000 }, () => reference());
    const found = observe(
      segment([
        { ...entry, refs },
        { ...entry, spanId: 1 },
      ]),
    );
    expect(found.sources.length).toBeLessThan(100_010);
    expect(reported).toEqual(['too-many']);
    expect(found.records).toHaveLength(1);
  });
});

describe('names', () => {
  it('of 10 kB are cut before ids are built of them', () => {
    const long = 'n'.repeat(10_000);
    const spans = [
      {
        ...entry,
        operationName: long,
        refs: [reference({ parentService: long, parentServiceInstance: long, parentEndpoint: long, networkAddressUsedAtPeer: long })],
      },
    ];
    const { sources, records, entities } = kit().observe(segment(spans, { service: long, serviceInstance: long }));
    const ids = [...sources.map((s) => s.entity), ...entities.map((e) => e.id), String(records[0]?.row.endpoint)];
    expect(Math.max(...ids.map((id) => id.length))).toBeLessThan(1000);
  });
});

describe('segment listeners', () => {
  it('add to the same observation', () => {
    const { analyzer, observe } = kit();
    const seen: string[] = [];
    const source = { definition: { name: 'Own' }, entity: 'e', time: NOW } as never;
    analyzer.listen([
      {
        module: 'a',
        value: {
          analyze: ({ view, service, instance }, findings) => {
            seen.push(`${service.name} ${instance.name} ${view.spans.length}`);
            findings.source(source);
          },
        },
      },
    ]);
    expect(observe(segment([entry])).sources.at(-1)).toBe(source);
    expect(seen).toEqual(['shop i1 1']);
  });

  it('lose only what they found themselves when they throw', () => {
    const { analyzer, observe, reported } = kit();
    const expected = observe(segment([entry])).sources.length;
    analyzer.listen([
      {
        module: 'bad',
        value: {
          analyze: (_, findings) => {
            findings.source({} as never);
            throw new Error('no');
          },
        },
      },
      { module: 'good', value: { analyze: (_, findings) => findings.source({ definition: { name: 'Own' } } as never) } },
    ]);
    expect(observe(segment([entry])).sources).toHaveLength(expected + 1);
    expect(reported).toEqual(['bad: Error: no']);
  });
});

describe('any input', () => {
  const text = fc.oneof(
    fc.constantFrom('', 'a', ' ', '__proto__', 'constructor', '_abandoned'),
    fc.string({ unit: 'binary', maxLength: 30 }),
  );
  const time = fc.oneof(fc.constantFrom(0, -1, NOW, NOW + 1, NOW - 1000, Number.MAX_SAFE_INTEGER), fc.maxSafeInteger());
  const key = fc.oneof(
    fc.constantFrom('x-le', 'http.status_code', 'db.type', 'db.statement', 'cache.type', 'cache.op', 'transmission.latency', 'mq.topic'),
    text,
  );
  const value = fc.oneof(
    fc.constantFrom('1e999', '-99999999999999999999', 'NaN', 'read', '{"logic-span":true}', '{"name":"n","latency":-1e300,"status":1}'),
    text,
  );
  const ref = fc.record({
    refType: fc.nat(3),
    parentService: text,
    parentServiceInstance: text,
    parentEndpoint: text,
    networkAddressUsedAtPeer: text,
  });
  const anySpan = fc.record({
    spanId: fc.integer(),
    parentSpanId: fc.integer(),
    startTime: time,
    endTime: time,
    spanType: fc.nat(4),
    spanLayer: fc.nat(9),
    componentId: fc.integer(),
    operationName: text,
    peer: text,
    isError: fc.boolean(),
    skipAnalysis: fc.boolean(),
    refs: fc.array(ref, { maxLength: 3 }),
    tags: fc.array(
      fc.tuple(key, value).map(([k, v]) => `${k}=${v}`),
      { maxLength: 5 },
    ),
  });

  /** Every number that an observation holds. */
  function* numbers({ sources, records, entities, weight }: Observation): Generator<number> {
    yield weight;
    for (const source of sources) {
      for (const attribute of Object.keys(source.definition.attributes)) {
        const held = (source as unknown as Record<string, unknown>)[attribute];
        if (typeof held === 'number') yield held;
      }
      yield source.time;
      for (const update of source.definition.rows?.(source as never) ?? []) yield update.at;
    }
    for (const { row: r } of records) yield* Object.values(r).filter((v) => typeof v === 'number');
    for (const { at, row: r } of entities) yield* [at, ...Object.values(r).filter((v) => typeof v === 'number')];
  }

  it('gives an observation of finite numbers, or a reason, and never throws', () => {
    const { analyzer, reported } = kit();
    fc.assert(
      fc.property(fc.array(anySpan, { maxLength: 5 }), text, text, (spans, service, serviceInstance) => {
        const result = analyzer.analyze({ bytes: segment(spans, { service, serviceInstance }) });
        if (typeof result === 'string') expect(['no-spans', 'out-of-time']).toContain(result);
        else for (const n of numbers(result)) if (!Number.isFinite(n)) throw new Error(`not finite: ${n}`);
      }),
      { numRuns: 200 },
    );
    expect(reported.filter((r) => r.startsWith('failed'))).toEqual([]);
  });

  it('gives a reason for bytes that are no segment, and never throws', () => {
    const { analyzer, reported } = kit();
    const usual = segment([{ ...entry, refs: [reference()], tags: ['http.method=GET', 'x-le={}'] }, local]);
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 200 }),
        fc.nat(usual.length),
        fc.uint8Array({ minLength: 1, maxLength: 4 }),
        (bytes, at, patch) => {
          analyzer.analyze({ bytes });
          const damaged = Buffer.from(usual);
          damaged.set(patch.subarray(0, damaged.length - at), at);
          analyzer.analyze({ bytes: damaged });
        },
      ),
      { numRuns: 200 },
    );
    expect(reported.filter((r) => r.startsWith('failed'))).toEqual([]);
  });
});
