import { afterEach, describe, expect, it } from '@jest/globals';
import { skywalking } from '@skein/proto';
import storageMemory from '@skein/storage-memory';
import { endpointId, instanceId, SegmentModel, serviceId, TagModel } from '@skein/telemetry';
import type { EntityUpdate } from '@skein/telemetry/storage';
import { type Cut, QueryError, type TraceFilter } from './contract.js';
import { a, b, countRounds, HOUR, type Kit, minutes, start as startWith, stopAll, T0 } from './query.test.kit.js';

afterEach(stopAll);
const start = (zone?: string, config?: object) => startWith(storageMemory, zone, config);

describe('traces', () => {
  const { SegmentObject } = skywalking.v3;
  const span = (spanId: number, parentSpanId: number, startTime: number, more: object = {}) => ({
    spanId,
    parentSpanId,
    startTime,
    endTime: startTime + 5,
    operationName: `op${spanId}`,
    spanType: 2,
    ...more,
  });
  const ref = (segment: string, spanId: number) => ({
    refs: [{ refType: 0, traceId: 't', parentTraceSegmentId: segment, parentSpanId: spanId }],
  });
  const row = (segmentId: string, service: string, startTime: number, latency: number, spans: readonly object[], more: object = {}) => ({
    segmentId,
    traceId: 't',
    service: serviceId(service, true),
    instance: instanceId(serviceId(service, true), 'i'),
    endpoint: endpointId(serviceId(service, true), `/${service}`),
    startTime,
    latency,
    isError: false,
    tags: [],
    data: SegmentObject.encode(
      SegmentObject.fromObject({ traceId: 't', traceSegmentId: segmentId, service, serviceInstance: 'i', spans }),
    ).finish(),
    ...more,
  });
  const filter = (kit: Kit, more: Partial<TraceFilter> = {}): TraceFilter => ({
    duration: minutes(kit, '0240', '0240'),
    state: 'ALL',
    order: 'BY_START_TIME',
    tags: [],
    page: { page: 1, size: 20 },
    ...more,
  });

  async function threeSegments() {
    const kit = await start();
    await kit.commit({
      records: [
        {
          model: SegmentModel,
          rows: [
            row('s3', 'c', T0 + 30, 10, [span(0, -1, T0 + 30, { ...ref('s2', 0), spanType: 0 })], {
              isError: true,
              tags: ['http.method=GET'],
            }),
            row('s1', 'a', T0, 90, [
              span(1, 0, T0 + 5, { spanType: 1, spanLayer: 3, componentId: 4005, peer: 'b:80', isError: true }),
              span(0, -1, T0, {
                spanType: 0,
                tags: [{ key: 'http.method', value: 'GET' }],
                logs: [{ time: T0 + 1, data: [{ key: 'event', value: 'error' }] }],
              }),
              span(2, 0, T0 + 50),
            ]),
            row('s2', 'b', T0 + 10, 50, [span(0, -1, T0 + 10, { ...ref('s1', 1), spanType: 0 })], {
              tags: ['http.method=GET', 'http.status_code=500'],
            }),
          ],
        },
      ],
    });
    return kit;
  }

  it('orders the spans of a trace depth first across segments, with references', async () => {
    const kit = await threeSegments();
    const spans = await kit.traces.trace('t');
    expect(spans.map((s) => `${s.segmentId}/${s.spanId}`)).toEqual(['s1/0', 's1/1', 's2/0', 's3/0', 's1/2']);
    expect(spans[2]!.refs).toEqual([{ traceId: 't', parentSegmentId: 's1', parentSpanId: 1, type: 'CROSS_PROCESS' }]);
    expect(spans[0]).toMatchObject({
      parentSpanId: -1,
      service: 'a',
      instance: 'i',
      type: 'Entry',
      peer: '',
      component: 'Unknown',
      layer: 'Unknown',
      startTime: T0,
      endTime: T0 + 5,
      tags: [{ key: 'http.method', value: 'GET' }],
      logs: [{ time: T0 + 1, data: [{ key: 'event', value: 'error' }] }],
    });
    expect(spans[1]).toMatchObject({ type: 'Exit', layer: 'Http', component: 'Axios', peer: 'b:80', isError: true });
    expect(await kit.traces.trace('unknown')).toEqual([]);
  });

  it('keeps every span of a trace whose references form a circle or lead nowhere', async () => {
    const kit = await start();
    await kit.commit({
      records: [
        {
          model: SegmentModel,
          rows: [
            row('x', 'a', T0, 1, [span(0, -1, T0, ref('y', 0))]),
            row('y', 'b', T0, 1, [span(0, -1, T0 + 1, ref('x', 0))]),
            row('z', 'b', T0, 1, [span(0, -1, T0 + 2, ref('gone', 3))]),
            row('broken', 'b', T0, 1, [], { data: Buffer.from([255, 255, 255]) }),
          ],
        },
      ],
    });
    expect((await kit.traces.trace('t')).map((s) => s.segmentId)).toEqual(['z', 'x', 'y']);
    expect(kit.host.host.status.metrics()).toMatch(/query_unreadable_segments_total\{[^}]*\} 1/);
  });

  it('orders a segment of ten thousand nested spans, and gives way to others meanwhile', async () => {
    const kit = await start();
    const nested = Array.from({ length: 10_000 }, (_, i) => span(i, i - 1, T0));
    await kit.commit({ records: [{ model: SegmentModel, rows: [row('deep', 'a', T0, 1, nested)] }] });
    const others = countRounds();
    expect((await kit.traces.trace('t')).map((s) => s.spanId)).toEqual(nested.map((s) => s.spanId));
    // Decoding, collecting, hanging and ordering: four times a turn after every 256 spans.
    expect(others.stop()).toBeGreaterThan(4 * 39);
  });

  it('gives way between the segments of a trace, and stops when it is told to', async () => {
    const kit = await start();
    const spans = Array.from({ length: 256 }, (_, i) => span(i, -1, T0));
    const rows = Array.from({ length: 40 }, (_, i) => row(`s${i}`, 'a', T0, 1, spans));
    await kit.commit({ records: [{ model: SegmentModel, rows }] });
    const others = countRounds();
    expect(await kit.traces.trace('t')).toHaveLength(40 * 256);
    expect(others.stop()).toBeGreaterThanOrEqual(40);
    const controller = new AbortController();
    const stopped = kit.traces.trace('t', { signal: controller.signal });
    setImmediate(() => controller.abort(new Error('enough')));
    await expect(stopped).rejects.toThrow('enough');
  });

  it('tells of a trace that was cut at its most segments or spans', async () => {
    const kit = await start();
    const rows = (count: number, spans: readonly object[], more: object) =>
      Array.from({ length: count }, (_, i) => row(`s${i}${JSON.stringify(more)}`, 'a', T0, 1, spans, more));
    const many = Array.from({ length: 26_000 }, (_, i) => span(i, -1, T0));
    await kit.commit({
      records: [
        { model: SegmentModel, rows: [...rows(201, [span(0, -1, T0)], { traceId: 'wide' }), ...rows(2, many, { traceId: 'deep' })] },
      ],
    });
    for (const [id, size, what, limit] of [
      ['wide', 200, 'segment', 'more than 200 rows'],
      ['deep', 50_000, 'trace', 'more than 50000 spans'],
    ] as const) {
      const cuts: Cut[] = [];
      expect(await kit.traces.trace(id, { onCut: (cut) => cuts.push(cut) })).toHaveLength(size);
      expect(cuts).toEqual([{ what, limit: expect.stringContaining(limit) }]);
      await expect(kit.traces.trace(id)).rejects.toThrow(limit);
    }
  });

  it('shows the beginning of texts that are too long, with a mark', async () => {
    const kit = await start();
    const long = '\u{1F600}'.repeat(40_000);
    const wide = span(0, -1, T0, {
      operationName: `x${long}`,
      peer: long,
      tags: [{ key: long, value: 'y'.repeat(65_536) }],
      logs: [{ time: T0, data: [{ key: 'k', value: 'z'.repeat(65_537) }] }],
    });
    await kit.commit({ records: [{ model: SegmentModel, rows: [row('wide', 'a', T0, 1, [wide])] }] });
    const [shown] = await kit.traces.trace('t');
    expect(shown!.operationName === `x${long.slice(0, 65_534)}… [80001 characters]`).toBe(true);
    expect(shown!.peer === `${long.slice(0, 65_536)}… [80000 characters]`).toBe(true);
    expect(shown!.tags[0]!.key.endsWith('… [80000 characters]')).toBe(true);
    expect(shown!.tags[0]!.value).toHaveLength(65_536);
    expect(shown!.logs[0]!.data[0]!.value.endsWith('z… [65537 characters]')).toBe(true);
  });

  it('lists segments by start or duration, by every filter, in pages', async () => {
    const kit = await threeSegments();
    const ids = async (more: Partial<TraceFilter>) => (await kit.traces.list(filter(kit, more))).map((s) => s.segmentId);
    expect(await ids({})).toEqual(['s3', 's2', 's1']);
    expect(await ids({ order: 'BY_DURATION' })).toEqual(['s1', 's2', 's3']);
    expect(await ids({ serviceId: b })).toEqual(['s2']);
    expect(await ids({ instanceId: instanceId(a, 'i'), endpointId: endpointId(a, '/a') })).toEqual(['s1']);
    expect(await ids({ minLatency: 50 })).toEqual(['s2', 's1']);
    expect(await ids({ minLatency: 50, maxLatency: 50 })).toEqual(['s2']);
    expect(await ids({ state: 'ERROR' })).toEqual(['s3']);
    expect(await ids({ state: 'SUCCESS', tags: ['http.method=GET'] })).toEqual(['s2']);
    expect(await ids({ tags: ['http.method=GET', 'http.status_code=500'] })).toEqual(['s2']);
    expect(await ids({ tags: ['not.searchable=1'] })).toEqual([]);
    expect(await ids({ page: { page: 2, size: 2 } })).toEqual(['s1']);
    expect(await ids({ page: { page: 0, size: 1 } })).toEqual(['s3']);
    expect(await ids({ duration: minutes(kit, '0241', '0250') })).toEqual([]);
    expect((await kit.traces.list(filter(kit, { serviceId: a })))[0]).toEqual({
      segmentId: 's1',
      traceId: 't',
      endpointName: '/a',
      latency: 90,
      start: T0,
      isError: false,
    });
  });

  it('needs a range or a trace id, and pages within bounds', async () => {
    const kit = await threeSegments();
    const { duration: _none, ...without } = filter(kit);
    await expect(kit.traces.list(without)).rejects.toThrow(QueryError);
    expect(await kit.traces.list({ ...without, traceId: 't' })).toHaveLength(3);
    for (const page of [
      { page: 1, size: 0 },
      { page: 1, size: 1001 },
      { page: 1_000_000, size: 1000 },
    ]) {
      await expect(kit.traces.list(filter(kit, { page }))).rejects.toThrow(QueryError);
    }
  });

  it('offers the tags seen on the days of the range', async () => {
    const kit = await start();
    const tag = (type: string, key: string, value: string, at: number): EntityUpdate => ({
      model: TagModel,
      id: `${type}_${key}=${value}`,
      at,
      row: { type, key, value },
    });
    await kit.see(
      tag('TRACE', 'http.method', 'POST', T0),
      tag('TRACE', 'http.method', 'GET', T0),
      tag('TRACE', 'db.type', 'sql', T0 - 24 * HOUR),
      tag('LOG', 'level', 'ERROR', T0),
    );
    const today = minutes(kit, '1200', '1201');
    expect(await kit.traces.tagKeys('TRACE', today)).toEqual(['http.method']);
    expect(await kit.traces.tagValues('TRACE', 'http.method', today)).toEqual(['GET', 'POST']);
    const days = kit.time.parse({ start: '2024-01-01', end: '2024-01-02', step: 'DAY' });
    expect(await kit.traces.tagKeys('TRACE', days)).toEqual(['db.type', 'http.method']);
    expect(await kit.traces.tagValues('LOG', 'nothing', days)).toEqual([]);
  });
});
