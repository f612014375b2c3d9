import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { checkModule } from '@skein/core/testing';
import storageMemory from '@skein/storage-memory';
import {
  CacheReadCommandModel,
  DatabaseStatementModel,
  DurationError,
  endpointId,
  endpointUpdate,
  MetricCatalogToken,
  serviceId,
  serviceUpdate,
} from '@skein/telemetry';
import type { ExpressionResult } from '@skein/telemetry/mqe';
import { StorageToken } from '@skein/telemetry/storage';
import { QueryError } from './contract.js';
import query from './module.js';
import {
  A,
  a,
  b,
  catalog,
  endpointCpm,
  HOUR,
  heatmap,
  METRICS,
  MINUTE,
  minutes,
  percentile,
  serviceCpm,
  start as startWith,
  stopAll,
  T0,
  table,
} from './query.test.kit.js';

afterEach(stopAll);
const start = (zone?: string, config?: object) => startWith(storageMemory, zone, config);

const values = (r: ExpressionResult) => r.results.map((s) => s.points.map((p) => p.value));

describe('metrics', () => {
  it('has one point per minute from start to end, both included, with gaps', async () => {
    const kit = await start();
    await kit.add(serviceCpm.model, a, T0, { slots: [3] });
    await kit.add(serviceCpm.model, a, T0, { slots: [4] });
    await kit.add(serviceCpm.model, a, T0 + 2 * MINUTE, { slots: [5] });
    await kit.add(serviceCpm.model, a, T0 + 3 * MINUTE, { slots: [100] });
    await kit.add(serviceCpm.model, b, T0, { slots: [100] });
    const result = await kit.metrics.execute('service_cpm', A, minutes(kit, '0239', '0242'));
    expect(result).toEqual({
      type: 'TIME_SERIES_VALUES',
      results: [{ labels: [], points: [null, 7, null, 5].map((value, i) => ({ id: String(T0 + (i - 1) * MINUTE), value })) }],
    });
    expect(values(await kit.metrics.execute('sum(service_cpm)', A, minutes(kit, '0240', '0243')))).toEqual([[112]]);
    expect(values(await kit.metrics.execute('increase(service_cpm,1)', A, minutes(kit, '0243', '0244')))).toEqual([[95, null]]);
  });

  it('reads an entity once for all expressions that are asked for together', async () => {
    // No time passes, so nobody has to give way.
    const clock = jest.spyOn(performance, 'now').mockReturnValue(performance.now());
    const kit = await start();
    await kit.add(serviceCpm.model, a, T0, { slots: [3] });
    await kit.add(percentile.model, a, T0, table([7, 1]));
    const series = jest.spyOn(kit.host.get(StorageToken), 'series');
    const { signal } = new AbortController();
    const ask = (expression: string, entity = A) => kit.metrics.execute(expression, entity, minutes(kit, '0240', '0240'), { signal });
    const expressions = ['service_cpm', 'service_cpm*2', 'service_percentile'];
    const together = await Promise.all(expressions.map((e) => ask(e)));
    expect(series).toHaveBeenCalledTimes(1);
    const alone: ExpressionResult[] = [];
    for (const e of expressions) alone.push(await ask(e));
    expect(together).toEqual(alone);
    expect(series).toHaveBeenCalledTimes(4);
    await Promise.all([ask('service_cpm'), ask('service_cpm', { ...A, serviceName: 'other' })]);
    expect(series).toHaveBeenCalledTimes(6);
    clock.mockRestore();
  });

  it('folds hours and days that begin at local boundaries, in a zone of half an hour too', async () => {
    const kit = await start('Asia/Kolkata');
    // 08:10 and 08:40 India are one local hour, though UTC has them in two.
    await kit.add(serviceCpm.model, a, T0, { slots: [60] });
    await kit.add(serviceCpm.model, a, T0 + 30 * MINUTE, { slots: [60] });
    await kit.add(serviceCpm.model, a, T0 - 9 * HOUR, { slots: [2880] });
    const hours = kit.time.parse({ start: '2024-01-02 07', end: '2024-01-02 09', step: 'HOUR' });
    const result = await kit.metrics.execute('service_cpm', A, hours);
    expect(values(result)).toEqual([[null, 2, null]]);
    expect(result.results[0]!.points[1]!.id).toBe(String(Date.UTC(2024, 0, 2, 2, 30)));
    const days = kit.time.parse({ start: '2024-01-01', end: '2024-01-02', step: 'DAY' });
    expect(values(await kit.metrics.execute('service_cpm', A, days))).toEqual([[2, 0]]);
    expect(kit.time.info().timezone).toBe('+0530');
  });

  it('answers 501 points and refuses 502, but ranks over any range', async () => {
    const kit = await start();
    await kit.add(serviceCpm.model, a, T0, { slots: [3] });
    await kit.see(serviceUpdate(a, 'a', 'GENERAL', T0));
    const most = minutes(kit, '0000', '0820');
    expect((await kit.metrics.execute('service_cpm', A, most)).results[0]!.points).toHaveLength(501);
    const more = minutes(kit, '0000', '0821');
    await expect(kit.metrics.execute('service_cpm', A, more)).rejects.toThrow(DurationError);
    await expect(kit.metrics.execute('view_as_seq(service_cpm)', A, more)).rejects.toThrow('at most 500 steps');
    expect(values(await kit.metrics.execute('top_n(service_cpm,3,des)', {}, more))).toEqual([[3]]);
    expect(() => minutes(kit, '0300', '0200')).toThrow(DurationError);
  });

  it('answers N empty points for an unknown entity, nothing for one that does not fit, and an error for an unknown metric', async () => {
    const kit = await start();
    const range = minutes(kit, '0240', '0242');
    expect(values(await kit.metrics.execute('service_cpm', { serviceName: 'nobody', normal: true }, range))).toEqual([[null, null, null]]);
    expect(await kit.metrics.execute('service_cpm', { serviceName: 'a' }, range)).toEqual({ type: 'UNKNOWN', results: [] });
    expect(await kit.metrics.execute('service_relation_server_cpm', A, range)).toEqual({ type: 'UNKNOWN', results: [] });
    expect(await kit.metrics.execute('service_percentile', {}, range)).toEqual({ type: 'TIME_SERIES_VALUES', results: [] });
    expect((await kit.metrics.execute('nope', A, range)).error).toBe('Metric: [nope] does not exist.');
  });

  it('reads percentiles as a series per label', async () => {
    const kit = await start();
    // reference analysis.md 12.2: 5,12,18,25,100 with precision 10.
    await kit.add(percentile.model, a, T0, table([0, 1], [1, 2], [2, 1], [10, 1]));
    const result = await kit.metrics.execute("service_percentile{p='50,75,99'}", A, minutes(kit, '0240', '0241'));
    expect(result.results.map((s) => [s.labels[0]!.value, ...s.points.map((p) => p.value)])).toEqual([
      ['50', 10, null],
      ['75', 20, null],
      ['99', 100, null],
    ]);
  });

  it('reads a histogram as columns over ascending bounds', async () => {
    const kit = await start();
    await kit.add(heatmap.model, '', T0, table([0, 2], [100, 1], [2000, 1]));
    expect(await kit.metrics.heatmap(heatmap, '', minutes(kit, '0240', '0241'))).toEqual({
      bounds: [0, 100, 2000],
      columns: [
        [2, 1, 1],
        [0, 0, 0],
      ],
    });
  });

  it('ranks entities by their average, by layer and by service, with names as lists show them', async () => {
    const kit = await start();
    const [x, y, z] = [endpointId(a, '/x'), endpointId(a, '/y'), endpointId(b, '/z')];
    await kit.see(
      endpointUpdate(x, '/x', a, 'GENERAL', T0),
      endpointUpdate(y, '/y', a, 'GENERAL', T0),
      endpointUpdate(z, '/z', b, 'MESH', T0),
    );
    await kit.add(endpointCpm.model, x, T0, { slots: [10] });
    await kit.add(endpointCpm.model, x, T0 + MINUTE, { slots: [21] });
    await kit.add(endpointCpm.model, y, T0, { slots: [5] });
    await kit.add(endpointCpm.model, z, T0, { slots: [50] });
    await kit.add(endpointCpm.model, z, T0 + HOUR, { slots: [1] });
    const range = minutes(kit, '0240', '0250');
    const top = async (text: string, entity = {}) =>
      (await kit.metrics.execute(text, entity, range)).results[0]!.points.map((p) => [p.id, p.value]);
    expect(await top('top_n(endpoint_cpm,2,des)')).toEqual([
      ['b - /z', 50],
      ['a - /x', 15],
    ]);
    expect(await top('top_n(endpoint_cpm,5,asc)', A)).toEqual([
      ['/y', 5],
      ['/x', 15],
    ]);
    expect(await top("top_n(endpoint_cpm,5,des,attr0='MESH')")).toEqual([['b - /z', 50]]);
    expect(await top("top_n(endpoint_cpm,5,des,attr0!='MESH',attr1!='any')")).toEqual([
      ['a - /x', 15],
      ['a - /y', 5],
    ]);
    expect(await top('top_n(endpoint_cpm,5,des)', { serviceName: 'a' })).toEqual([]);
    const wrong = await kit.metrics.execute("top_n(endpoint_cpm,5,des,attr1='x')", {}, range);
    expect(wrong).toEqual({ type: 'UNKNOWN', results: [], error: 'The metric [endpoint_cpm] has no attribute [attr1].' });
    const [best] = (await kit.metrics.execute('top_n(endpoint_cpm,1,des)', {}, range)).results[0]!.points;
    expect(best!.owner).toEqual({
      scope: 'Endpoint',
      serviceID: b,
      serviceName: 'b',
      normal: true,
      serviceInstanceID: null,
      serviceInstanceName: null,
      endpointID: z,
      endpointName: '/z',
    });
  });

  it('lists slow statements of a service within the range, slowest first', async () => {
    const kit = await start();
    const db = serviceId('db:3306', false);
    const row = (id: string, entity: string, latency: number, timestamp: number) => ({
      id,
      entity,
      statement: `select ${id}`,
      latency,
      traceId: `t${id}`,
      timestamp,
    });
    await kit.commit({
      records: [
        {
          model: DatabaseStatementModel,
          rows: [row('1', db, 300, T0), row('2', db, 900, T0 + 1000), row('3', b, 950, T0), row('4', db, 999, T0 + HOUR)],
        },
      ],
    });
    const range = minutes(kit, '0240', '0240');
    const list = (entity: object, n = 5) => kit.metrics.execute(`top_n(top_n_database_statement,${n},des)`, entity, range);
    const result = await list({ serviceName: 'db:3306', normal: false });
    expect(result.type).toBe('RECORD_LIST');
    expect(result.results[0]!.points.map((p) => [p.id, p.value, p.traceId])).toEqual([
      ['select 2', 900, 't2'],
      ['select 1', 300, 't1'],
    ]);
    expect((await list({}, 1)).results[0]!.points.map((p) => p.id)).toEqual(['select 3']);
    expect((await list({ serviceName: 'db:3306' })).results).toEqual([{ labels: [], points: [] }]);
    expect(await kit.metrics.records(kit.metrics.find(CacheReadCommandModel.name)!, { count: 5, order: 'des' }, range)).toEqual([]);
  });

  it('lists metrics whose whole name matches and refuses patterns that are none', async () => {
    const { metrics } = await start();
    expect(metrics.catalog('service_(cpm|resp_time)').map((m) => m.name)).toEqual(['service_cpm', 'service_resp_time']);
    expect(metrics.catalog('service')).toEqual([]);
    expect(metrics.catalog()).toHaveLength(METRICS.length);
    expect(() => metrics.catalog('(')).toThrow(QueryError);
  });
});

describe('time', () => {
  it('gives retention in days and the present offset', async () => {
    const kit = await start('America/St_Johns');
    expect(kit.time.retention()).toEqual({ records: 3, traces: 3, logs: 3, metrics: 7 });
    expect(kit.time.info()).toEqual({ timezone: '-0330', now: Date.UTC(2024, 0, 2, 3, 4) });
  });
});

it('ends a read whose caller has gone away', async () => {
  const kit = await start();
  const signal = AbortSignal.abort(new Error('gone'));
  await expect(kit.metadata.services({}, { signal })).rejects.toThrow('gone');
});

it('keeps the contract of modules', () =>
  checkModule({ module: query, beside: [storageMemory], services: [[MetricCatalogToken, catalog]] }));
