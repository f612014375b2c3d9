import { describe, expect, it } from '@jest/globals';
import { checkModule, createTestHost } from '@skein/core/testing';
import { MetadataQueryToken, TimeQueryToken, TraceQueryToken } from '@skein/query/contract';
import fc from 'fast-check';
import { ApiError } from './api/api-error.js';
import { Parameters } from './api/parameters.js';
import { searchFilter } from './api/search-filter.js';
import { spanConditions, traceFilter } from './api/span-conditions.js';
import queryTraceql from './module.js';
import { meantTraceIds, SpanIds, shownTraceId, traceIdBytes } from './otlp/ids.js';
import { MessageWriter } from './otlp/message-writer.js';
import { parseFilter, TraceqlSyntaxError } from './traceql/parse.js';
import { printFilter } from './traceql/print.js';
import type { SpanFilter } from './traceql/syntax-tree.js';

it('keeps the contract of modules', () =>
  checkModule({
    module: queryTraceql,
    services: [
      [TraceQueryToken, {}],
      [MetadataQueryToken, {}],
      [TimeQueryToken, {}],
    ],
  }));

const problem = (run: () => unknown): string => {
  try {
    run();
  } catch (error) {
    if (error instanceof TraceqlSyntaxError || error instanceof ApiError) return error.message;
    throw error;
  }
  return 'nothing is wrong';
};

describe('a query', () => {
  it.each([
    ['{}', '{}'],
    [' { resource.service.name="a" } ', '{ resource.service.name = "a" }'],
    [
      '{.service.name=`a"b`&&span.http.status_code=500&&duration>=1.5s}',
      '{ .service.name = "a\\"b" && span.http.status_code = 500 && duration >= 1500000000ns }',
    ],
    ['{span:name="GET /" && status=error && kind != server}', '{ name = "GET /" && status = error && kind != server }'],
    ['{span."a b" =~ "x\\n" && duration < 100}', '{ span."a b" =~ "x\\n" && duration < 100 }'],
  ])('%s is read as %s', (text, printed) => expect(printFilter(parseFilter(text))).toBe(printed));

  it.each([
    ['', 1, 1],
    ['{', 1, 2],
    ['{ http.method = "GET" }', 1, 3],
    ['{ span.a }', 1, 10],
    ['{ span.a = "x" || span.b = "y" }', 1, 16],
    ['{ !(span.a = "x") }', 1, 3],
    ['{ (span.a = "x") }', 1, 3],
    ['{ span.a = "x }', 1, 12],
    ['{} | count() > 2', 1, 4],
    ['{} && {}', 1, 4],
    ['{\nduration > 5 min }', 2, 14],
    ['{ trace:id = "a" }', 1, 3],
  ])('%j is refused with its place', (text, line, column) => {
    expect(problem(() => parseFilter(text))).toMatch(new RegExp(`^parse error at line ${line}, col ${column}: Expected `));
  });

  it('has a longest text and a largest number of conditions', () => {
    expect(problem(() => parseFilter(`{span.a="${'x'.repeat(10_000)}"}`))).toContain('the query is longer than 10000 characters');
    const many = (n: number) => `{${Array.from({ length: n }, () => 'span.a="b"').join('&&')}}`;
    expect(problem(() => parseFilter(many(51)))).toContain('the query has more than 50 conditions');
    expect(parseFilter(many(50))).toHaveLength(50);
    expect(problem(() => parseFilter('{'.repeat(9000)))).toContain('parse error at line 1, col 2');
  });

  it('is printed as it is read again', () => {
    const text = fc.string({ unit: 'binary', maxLength: 10 });
    const attribute = fc.record({
      scope: fc.constantFrom('resource', 'span', 'any'),
      name: fc.oneof(fc.stringMatching(/^[A-Za-z0-9_./-]{1,8}$/), text),
    });
    const intrinsic = fc.record({ scope: fc.constant('intrinsic'), name: fc.constantFrom('duration', 'name', 'status', 'kind') });
    const value = fc.oneof(
      fc.record({ kind: fc.constant('text'), text }),
      fc.record({ kind: fc.constant('number'), number: fc.integer() }),
      fc.record({ kind: fc.constant('duration'), nanoseconds: fc.nat() }),
      fc.record({ kind: fc.constant('word'), word: fc.stringMatching(/^[A-Za-z][A-Za-z_]{0,8}$/) }),
    );
    const op = fc.constantFrom('=', '!=', '=~', '!~', '>', '>=', '<', '<=');
    const filter = fc.array(fc.record({ field: fc.oneof(attribute, intrinsic), op, value }), { maxLength: 6 });
    fc.assert(fc.property(filter as fc.Arbitrary<SpanFilter>, (tree) => expect(parseFilter(printFilter(tree))).toEqual(tree)));
  });

  it('of any text is read or refused', () => {
    const piece = fc.constantFrom('{', '}', 'span.', 'a', '=', '&&', '"', '`', '\\', '1', 'ms', 'duration', '>', ' ', '.', 'µ', '\n');
    const any = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.array(piece, { maxLength: 30 }).map((parts) => parts.join('')),
    );
    fc.assert(fc.property(any, (text) => void problem(() => spanConditions(parseFilter(text)))));
  });
});

describe('conditions', () => {
  const conditions = (text: string) => spanConditions(parseFilter(text));

  it('are a service, its instance and span name, errors, tags and durations', () => {
    const all = conditions(
      '{ resource.service.name="s" && .service.instance.id="i" && name="/e" && status=ok && span.http.status_code=500 && .x="y" && duration>100us && duration<=2 }',
    );
    expect(all).toEqual({
      service: 's',
      instance: 'i',
      name: '/e',
      isError: false,
      tags: ['http.status_code=500', 'x=y'],
      durations: [
        { op: '>', nanoseconds: 100_000 },
        { op: '<=', nanoseconds: 2000 },
      ],
    });
    expect(traceFilter(all)).toEqual({
      serviceId: 'cw==.1',
      instanceId: 'cw==.1_aQ==',
      endpointId: 'cw==.1_L2U=',
      minLatency: 1,
      state: 'ALL',
      tags: ['http.status_code=500', 'x=y'],
    });
    expect(traceFilter(conditions('{status=error && duration < 5ms}'))).toEqual({ state: 'ERROR', tags: [] });
  });

  it.each([
    ['{ status = unset }', 'status is error or ok'],
    ['{ kind = server }', 'kind cannot be searched'],
    ['{ name = "a" }', 'name needs resource.service.name, too'],
    ['{ resource.instance = "a" }', 'an instance needs resource.service.name, too'],
    ['{ resource.remote.service = "a" }', 'resource.remote.service cannot be searched'],
    ['{ span.a != "b" }', 'span.a can only be compared with = (got !=)'],
    ['{ .a =~ "b" }', '.a can only be compared with = (got =~)'],
    ['{ span.a > 5 }', 'span.a can only be compared with = (got >)'],
    ['{ span.a = 5ms }', 'span.a is compared with a text'],
    ['{ duration = "5ms" }', 'duration is compared with a duration, such as 100ms'],
    ['{ duration != 5ms }', 'duration cannot be compared with !='],
    ['{ status = ok && status = error }', 'isError cannot be two values at once'],
    ['{ .service.name = "a" && .service.name = "b" }', 'service cannot be two values at once'],
  ])('%s is refused', (text, message) => expect(problem(() => conditions(text))).toBe(message));
});

describe('parameters', () => {
  const read = (query: string) => new Parameters(new URLSearchParams(query));

  it('are a range in seconds, both within it', () => {
    expect(read('start=5&end=9').range(0, 1)).toEqual({ from: 5000, to: 10_000 });
    expect(read('start=0&end=0').range(10_000, 3000)).toEqual({ from: 7001, to: 10_001 });
    expect(read('end=1').range(0, 60_000)).toEqual({ from: 0, to: 2000 });
    expect(problem(() => read('start=9&end=5').range(0, 1))).toBe('the start is after the end');
    for (const wrong of ['x', '-1', '1.5', '999999999999', '1704164640123456789']) {
      expect(problem(() => read(`end=${wrong}`).range(0, 1))).toContain('the parameter end must be a unix time in seconds');
    }
  });

  it('are counts and durations, which are checked', () => {
    expect([read('limit=5').count('limit', 9), read('limit=50').count('limit', 9), read('').count('limit', 9)]).toEqual([5, 9, undefined]);
    for (const wrong of ['0', 'x', '-1'])
      expect(problem(() => read(`limit=${wrong}`).count('limit', 9))).toContain('must be a positive number');
    expect([read('d=1.5s').duration('d'), read('d=2µs').duration('d'), read('d=1h').duration('d')]).toEqual([1.5e9, 2000, 3.6e12]);
    for (const wrong of ['5', 'x', '-1s', '1d']) expect(problem(() => read(`d=${wrong}`).duration('d'))).toContain('must be a duration');
    expect(problem(() => read(`q=${'x'.repeat(10_001)}`).text('q'))).toBe('the parameter q is longer than 10000 characters');
  });

  it('say what to search in TraceQL, or in tags', () => {
    const filter = (query: Record<string, string>) => printFilter(searchFilter(new Parameters(new URLSearchParams(query))));
    expect(filter({})).toBe('{}');
    expect(filter({ q: '{span.a=1}', tags: 'b=2', minDuration: '5ms' })).toBe('{ span.a = 1 && duration >= 5000000ns }');
    expect(filter({ tags: ' service.name=shop  name="GET \\"x\\"" a= ', maxDuration: '1s' })).toBe(
      '{ .service.name = "shop" && name = "GET \\"x\\"" && .a = "" && duration <= 1000000000ns }',
    );
    for (const tags of ['a', '=b', 'a="b', 'a=b"c']) expect(problem(() => filter({ tags }))).toContain('the parameter tags must be pairs');
    expect(problem(() => filter({ tags: 'a=b '.repeat(51) }))).toBe('the parameter tags holds more than 50 pairs');
  });
});

describe('ids', () => {
  it('of traces are the hex digits of their text', () => {
    expect(shownTraceId('2a.38.ä')).toBe('32612e33382ec3a4');
    expect(meantTraceIds('32612e33382ec3a4')).toEqual(['2a.38.ä', '32612e33382ec3a4']);
    for (const id of ['2a.38', 'ff', 'abc']) expect(meantTraceIds(id)).toEqual([id]);
    fc.assert(fc.property(fc.string({ minLength: 1 }), (id) => expect(meantTraceIds(shownTraceId(id))[0]).toBe(id)));
    expect(Buffer.from(traceIdBytes('463ac35c9f6413ad48485a3953bb6124')).toString('hex')).toBe('463ac35c9f6413ad48485a3953bb6124');
    expect(traceIdBytes('2a.38')).toHaveLength(16);
  });

  it('of spans have 16 digits, and are unlike those of other spans', () => {
    const ids = new SpanIds();
    const all = ['a', 'b'].flatMap((segment) => [0, 1, 2].map((span) => ids.of(segment, span)));
    expect(new Set(all).size).toBe(6);
    for (const id of all) expect(id).toMatch(/^[0-9a-f]{16}$/);
    expect(new SpanIds().of('b', 2)).toBe(all[5]);
  });
});

describe('a read', () => {
  type List = (filter: unknown, options: { readonly signal: AbortSignal }) => Promise<readonly never[]>;
  const start = (list: List) =>
    createTestHost({
      modules: [queryTraceql],
      services: [
        [TraceQueryToken, { list }],
        [MetadataQueryToken, {}],
        [TimeQueryToken, { info: () => ({ timezone: '+0000', now: 1_704_164_640_000 }) }],
      ],
    });
  const ask = { listener: 'tempo' };

  it('ends at the deadline, and the answer says so', async () => {
    let began = (): void => undefined;
    const reading = new Promise<void>((resolve) => {
      began = resolve;
    });
    await using kit = await start((_, { signal }) => {
      began();
      return new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
    });
    const reply = kit.http('/skywalking/api/search?q={}', ask);
    await reading;
    await kit.clock.advance(10_000);
    expect(await reply).toMatchObject({ status: 504, body: 'the query took longer than 10000 ms; narrow its range' });
  });

  it('that fails is answered without what is inside', async () => {
    await using kit = await start(() => Promise.reject(new TypeError('secret')));
    expect(await kit.http('/skywalking/api/search?q={}', ask)).toEqual({
      status: 500,
      headers: { 'content-type': 'text/plain; charset=utf-8' },
      body: 'internal error',
    });
    expect(kit.host.status.metrics()).toContain('query_traceql_errors_total{status="500",module="query-traceql"} 1');
  });
});

it.each([
  [0, '0a00'],
  [127, '0a7f'],
  [128, '0a8001'],
  [16_383, '0aff7f'],
  [16_384, '0a808001'],
  [2_097_152, '0a80808001'],
])('a message of %d bytes inside another has its length before it', (size, head) => {
  const writer = new MessageWriter().number(3, 300);
  const mark = writer.begin(1);
  // Fields of two bytes, and one of three where the size is odd.
  if (size % 2 === 1) writer.number(15, 128);
  for (let left = size - (size % 2) * 3; left > 0; left -= 2) writer.number(15, 1);
  const bytes = Buffer.from(writer.end(mark).fixed64(2, '18446744073709551615').finish());
  const content = 3 + head.length / 2;
  expect(bytes.subarray(0, content).toString('hex')).toBe(`18ac02${head}`);
  expect(bytes.subarray(content + size).toString('hex')).toBe('11ffffffffffffffff');
  if (size > 0) expect(bytes.subarray(content + size - 2, content + size).toString('hex')).toBe('7801');
});
