import { afterAll, describe, expect, it } from '@jest/globals';
import { defineModule } from '@skein/core';
import { createTestHost } from '@skein/core/testing';
import query from '@skein/query';
import storageMemory from '@skein/storage-memory';
import { MetricCatalogToken } from '@skein/telemetry';
import { type GraphqlExtension, GraphqlResolvers } from './contract.js';
import { catalog, duration, entity, range, start as startWith, startWithData, stopAll } from './graphql.test.kit.js';
import queryGraphql from './module.js';

const MODULES = [storageMemory, query];
const start = (extensions?: readonly GraphqlExtension[], config?: object) => startWith(MODULES, extensions, config);
/** Hosts that several tests ask and none changes. */
const shared = new Map<string, ReturnType<typeof start>>();
const once = (name: string, make: () => ReturnType<typeof start>): ReturnType<typeof start> => {
  const made = shared.get(name) ?? make();
  shared.set(name, made);
  return made;
};
const empty = () => once('empty', () => start());
const withData = () => once('data', () => startWithData(MODULES));
afterAll(stopAll);

describe('over HTTP', () => {
  it('takes JSON of any kind and bare documents, and refuses everything else', async () => {
    const { post, host } = await empty();
    const json = JSON.stringify({ query: '{ version }' });
    for (const type of ['application/json', 'application/json; charset=utf-8', 'application/graphql+json', 'Application/JSON']) {
      expect((await post(json, { 'content-type': type })).status).toBe(200);
    }
    const bare = await post('{ version }', { 'content-type': 'application/graphql' });
    expect([bare.status, bare.headers?.['content-type']]).toEqual([200, 'application/json; charset=utf-8']);
    expect((await post(json, { 'content-type': 'text/plain' })).status).toBe(415);
    expect((await post(json)).status).toBe(415);
    expect((await host.http('/graphql', { method: 'GET' })).status).toBe(405);
  });

  it.each([
    ['', 'the body is empty'],
    ['{', 'the body is not JSON'],
    ['[]', 'batches are not supported'],
    ['[{"query":"{version}"}]', 'batches are not supported'],
    ['null', 'the body is not a JSON object'],
    ['{}', 'the body has no query'],
    ['{"query":5}', 'the body has no query'],
    ['{"query":"{version}","variables":[]}', 'variables is not an object'],
    ['{"query":"{version}","operationName":1}', 'operationName is not a string'],
    [`{"query":"{version}","variables":${'['.repeat(100_000)}`, 'the body is not JSON'],
  ])('answers 400 in plain text for %.40s', async (body, message) => {
    const { post } = await empty();
    const reply = await post(body, { 'content-type': 'application/json' });
    expect([reply.status, reply.text, reply.headers?.['content-type']]).toEqual([400, message, 'text/plain; charset=utf-8']);
  });

  it('takes __proto__ as a variable like any other', async () => {
    const { post } = await empty();
    const body =
      '{"query":"query ($l: String) { listServices(layer: $l) { id } }","variables":{"__proto__":{"l":"x"},"l":"FAAS"},"__proto__":{"query":5}}';
    expect(await post(body, { 'content-type': 'application/json' })).toMatchObject({ status: 200, json: { data: { listServices: [] } } });
  });

  it('refuses a body that is not UTF-8', async () => {
    const { host } = await empty();
    const reply = await host.http('/graphql', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: Buffer.from([0x22, 0xff]),
    });
    expect([reply.status, reply.body]).toEqual([400, 'the body is not UTF-8']);
  });

  it('answers 400 with errors for documents that do not fit the schema', async () => {
    const { post } = await empty();
    for (const body of [
      { query: '{ nope }' },
      { query: '{ version' },
      { query: 'query ($d: Duration!) { listInstances(duration: $d, serviceId: "x") { id } }', variables: { d: 5 } },
      { query: '{ version }', operationName: 'other' },
      { query: 'query A { version } query B { version }' },
      { query: '{ estimateProcessScale(serviceId: "x", labels: 1.5) }' },
    ]) {
      const reply = await post(body);
      expect([reply.status, reply.json?.errors?.length > 0]).toEqual([400, true]);
    }
  });

  it('passes values through aliases, fragments, named operations and variables', async () => {
    const { post } = await withData();
    const text = `query A { version } query B($l: String) { one: listServices(layer: $l) { ...S } two: listServices { ... on Service { name } } } fragment S on Service { name }`;
    const reply = await post({ query: text, operationName: 'B', variables: { l: 'GENERAL', unused: undefined } });
    expect(reply.json).toEqual({ data: { one: [{ name: 'shop' }], two: [{ name: 'shop' }] } });
  });

  const nest = (open: string, close: string, n: number) => `${open.repeat(n)}${close.repeat(n)}`;
  it.each([
    ['brackets', nest('{a', '}', 50_000)],
    ['lists', `{ listServices(layer: ${nest('[', ']', 50_000)}) }`],
    ['selections', `{ getMenuItems { ${'subItems { '.repeat(30)} title ${'} '.repeat(30)} } }`],
    ['repeated fields', `{ ${'version '.repeat(20_000)} }`],
    ['aliases', `{ ${Array.from({ length: 6000 }, (_, i) => `a${i}: version`).join(' ')} }`],
    ['inline fragments', `{ ${'... { version } '.repeat(5000)} }`],
    [
      'fragments that double',
      `{ ...f0 } ${Array.from({ length: 40 }, (_, i) => `fragment f${i} on Query { ...f${i + 1} ...f${i + 1} }`).join(' ')} fragment f40 on Query { version }`,
    ],
    ['fragments in a circle', '{ ...a } fragment a on Query { ...b } fragment b on Query { ...a }'],
    ['a huge string', `{ getService(serviceId: "${'x'.repeat(600_000)}") { id } }`],
    [
      'a huge number',
      `{ execExpression(expression: "1", entity: {}, duration: {start: "", end: "", step: ${'9'.repeat(100_000)}}) { type } }`,
    ],
    ['many tokens', `{ getService(serviceId: [${'1 '.repeat(60_000)}]) { id } }`],
    [
      'fragments with one name for many fields',
      `{ ${Array.from({ length: 100 }, (_, i) => `...f${i}`).join(' ')} } ${Array.from({ length: 100 }, (_, i) => `fragment f${i} on Query { ${Array.from({ length: 51 }, (_v, j) => `a${j}: version`).join(' ')} }`).join(' ')}`,
    ],
    ['strings left open', `{ version(${'"'.repeat(9_999)}`],
    ['directives', `{ version ${'@a '.repeat(30_000)} }`],
    ['unknown fields', `{ ${Array.from({ length: 4000 }, (_, i) => `u${i}`).join(' ')} }`],
  ])('refuses %s without working on them', async (_what, text) => {
    const { post } = await empty();
    const reply = await post({ query: text });
    expect([reply.status, reply.json?.errors?.length > 0]).toEqual([400, true]);
    expect(reply.text.length).toBeLessThan(20_000);
    expect(await post({ query: '{ version }' })).toMatchObject({ status: 200 });
  });

  it('takes a page of 140 expressions as Booster sends it', async () => {
    const { ask } = await withData();
    const one = (
      i: number,
    ) => `expression${i}: execExpression(expression: "avg(service_sla)/100", entity: $entity, duration: $duration) { type error
      results { metric { labels { key value } } values { id value owner { scope serviceID serviceName normal serviceInstanceID serviceInstanceName endpointID endpointName } traceID } } }`;
    const text = `query ($entity: Entity!, $duration: Duration!) { ${Array.from({ length: 140 }, (_, i) => one(i)).join('\n')} }`;
    expect(Object.keys(await ask(text, { entity, ...range }))).toHaveLength(140);
  });

  it('hides what went wrong inside, shows what clients can mend, and keeps the rest of the data', async () => {
    const failing: GraphqlExtension = {
      resolvers: {
        Query: {
          getTemplate: () => {
            throw new Error('secret of /etc/passwd');
          },
        },
      },
    };
    const { post, host } = await start([failing]);
    const reply = await post({ query: '{ version getTemplate(id: "x") { id } }' });
    expect(reply.status).toBe(200);
    expect(reply.json).toEqual({
      errors: [{ message: 'internal error', path: ['getTemplate'], locations: [{ line: 1, column: 11 }] }],
      data: { version: expect.any(String), getTemplate: null },
    });
    expect(host.host.status.metrics()).toMatch(/graphql_query_errors_total\{[^}]*kind="internal"[^}]*\} 1/);
  });

  it('refuses to answer more values than is allowed, however many fields ask for them', async () => {
    const { post } = await start([], { maxValues: 1000 });
    const text = (n: number) =>
      `query ($c: MetricsCondition!, $duration: Duration!) { ${Array.from(
        { length: n },
        (_, i) => `a${i}: readMetricsValues(condition: $c, duration: $duration) { values { values { value } } }`,
      ).join(' ')} }`;
    const variables = { c: { name: 'service_cpm', entity }, duration: duration('0000', '0100') };
    expect((await post({ query: text(16), variables })).json.errors).toBeUndefined();
    const much = await post({ query: text(17), variables });
    expect([much.status, much.json.errors[0].message]).toEqual([200, 'the query answers more than 1000 values']);
  });

  it('ends a query at its deadline and tells its reads', async () => {
    let asked: (signal: AbortSignal) => void;
    const signal = new Promise<AbortSignal>((resolve) => {
      asked = resolve;
    });
    const endless: GraphqlExtension = {
      resolvers: {
        Query: {
          getTemplate: (_parent, _args, context) => {
            asked(context.signal);
            return new Promise(() => undefined);
          },
        },
      },
    };
    const { post, host } = await start([endless], { deadline: '1s' });
    const reply = post({ query: '{ getTemplate(id: "x") { id } }' });
    await signal;
    await host.clock.advance(1000);
    expect((await reply).json).toEqual({ errors: [{ message: 'the query took longer than 1000 ms' }], data: null });
    expect((await signal).aborted).toBe(true);
  });
});

describe('extensions', () => {
  it('may add fields and types and serve declared ones', async () => {
    const { ask } = await start([
      {
        schema: 'extend type Query { weather(city: String!): Weather } type Weather { degrees: Int! }',
        resolvers: { Query: { weather: () => ({ degrees: 21 }), version: () => 'mine', supportQueryLogsByKeywords: () => true } },
      },
    ]);
    expect(await ask('{ weather(city: "x") { degrees } supportQueryLogsByKeywords version }')).toEqual({
      weather: { degrees: 21 },
      supportQueryLogsByKeywords: true,
      version: 'mine',
    });
  });

  it('keep the host from starting when two serve one field or one serves a field that is not there', async () => {
    const serving = (name: string, field: string) =>
      defineModule({
        name,
        contributes: [GraphqlResolvers],
        activate: ({ contribute }) => contribute(GraphqlResolvers, { resolvers: { Query: { [field]: () => null } } }),
      });
    const boot = (...modules: ReturnType<typeof serving>[]) =>
      createTestHost({ modules: [storageMemory, query, queryGraphql, ...modules], services: [[MetricCatalogToken, catalog]] });
    await expect(boot(serving('one', 'queryLogs'), serving('two', 'queryLogs'))).rejects.toThrow('served by both one and two');
    await expect(boot(serving('one', 'nope'))).rejects.toThrow('nope');
  });
});
