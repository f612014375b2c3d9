import { describe, expect, it } from '@jest/globals';
import { Entry, Exit, kit, Layer, Local, NOW, reference, type Span as SpanFields, segment } from './testing/segment-kit.js';

const entry: SpanFields = { spanId: 0, parentSpanId: -1, spanType: Entry, spanLayer: Layer.Http, componentId: 14, operationName: '/buy' };
const exit: SpanFields = { spanId: 1, spanType: Exit, spanLayer: Layer.Http, componentId: 2, operationName: '/stock', peer: 'stock:80' };
const local: SpanFields = { spanId: 1, spanType: Local, operationName: 'work' };

const SERVED = ['All shop/i1//buy', 'Service shop.1 GENERAL', 'ServiceInstance shop.1/i1 GENERAL'];
const FROM_WEB = [
  ...SERVED,
  'ServiceRelation SERVER web.1>shop.1 #14 GENERAL>GENERAL',
  'ServiceInstanceRelation SERVER web.1/w1>shop.1/i1 #14 GENERAL>GENERAL',
  'Endpoint shop.1//buy GENERAL',
  'EndpointRelation SERVER web.1//cart>shop.1//buy #14',
];

describe('entry spans', () => {
  it.each<readonly [string, SpanFields, readonly string[]]>([
    ['with a reference come from its service, instance and endpoint', { refs: [reference()] }, FROM_WEB],
    ['with n references are n calls', { refs: [reference(), reference()] }, [...FROM_WEB, ...FROM_WEB]],
    ['do not look at the type of a reference', { refs: [reference({ refType: 1 })] }, FROM_WEB],
    ['take an unknown type of reference like any other', { refs: [reference({ refType: 77 })] }, FROM_WEB],
    [
      'without references come from User',
      {},
      [
        ...SERVED,
        'ServiceRelation SERVER User.0>shop.1 #14 UNDEFINED>GENERAL',
        'ServiceInstanceRelation SERVER User.0/User>shop.1/i1 #14 UNDEFINED>GENERAL',
        'Endpoint shop.1//buy GENERAL',
        'EndpointRelation SERVER User.0/User>shop.1//buy #14',
      ],
    ],
    [
      'whose reference names no endpoint come from endpoint User of that service',
      { refs: [reference({ parentEndpoint: '' })] },
      [...FROM_WEB.slice(0, 6), 'EndpointRelation SERVER web.1/User>shop.1//buy #14'],
    ],
    [
      'relate no instances when one of them is unknown',
      { refs: [reference({ parentServiceInstance: '' })] },
      FROM_WEB.filter((s) => !s.startsWith('ServiceInstanceRelation')),
    ],
    [
      'of a function have no endpoint',
      { spanLayer: Layer.FAAS },
      [
        'All shop/i1//buy',
        'Service shop.1 FAAS',
        'ServiceInstance shop.1/i1 FAAS',
        'ServiceRelation SERVER User.0>shop.1 #14 UNDEFINED>FAAS',
        'ServiceInstanceRelation SERVER User.0/User>shop.1/i1 #14 UNDEFINED>FAAS',
      ],
    ],
    [
      'of a consumer with a reference come from the broker, and their endpoint from the producer',
      { spanLayer: Layer.MQ, refs: [reference({ networkAddressUsedAtPeer: 'kafka:9092' })] },
      [
        ...SERVED,
        'ServiceRelation SERVER kafka:9092.0>shop.1 #14 VIRTUAL_MQ>GENERAL',
        'ServiceInstanceRelation SERVER kafka:9092.0/kafka:9092>shop.1/i1 #14 VIRTUAL_MQ>GENERAL',
        'Endpoint shop.1//buy GENERAL',
        'EndpointRelation SERVER web.1//cart>shop.1//buy #14',
        'MQAccess kafka:9092.0 0 0',
      ],
    ],
    [
      'of a consumer without reference come from the peer, and no endpoint is related',
      { spanLayer: Layer.MQ, peer: 'kafka:9092' },
      [
        ...SERVED,
        'ServiceRelation SERVER kafka:9092.0>shop.1 #14 VIRTUAL_MQ>GENERAL',
        'ServiceInstanceRelation SERVER kafka:9092.0/kafka:9092>shop.1/i1 #14 VIRTUAL_MQ>GENERAL',
        'Endpoint shop.1//buy GENERAL',
        'MQAccess kafka:9092.0 0 0',
      ],
    ],
    ['with skipAnalysis are no calls', { skipAnalysis: true, refs: [reference()] }, []],
  ])('%s', (_, fields, expected) => {
    const { sources, reported } = kit();
    expect(sources({ ...entry, ...fields })).toEqual(expected);
    expect(reported).toEqual([]);
  });

  it('behind an uninstrumented gateway come from the gateway, and teach no alias', () => {
    const { sources, aliases } = kit({ gateways: [{ name: 'edge', instances: [{ host: 'shop', port: 80 }] }] });
    expect(sources({ ...entry, refs: [reference()] })).toEqual([
      ...SERVED,
      'ServiceRelation SERVER shop:80.0>shop.1 #14 VIRTUAL_GATEWAY>GENERAL',
      'ServiceInstanceRelation SERVER shop:80.0/shop:80>shop.1/i1 #14 VIRTUAL_GATEWAY>GENERAL',
      'Endpoint shop.1//buy GENERAL',
      'EndpointRelation SERVER web.1//cart>shop.1//buy #14',
    ]);
    expect(aliases.size).toBe(0);
  });

  it('without names are accounted to _blank', () => {
    const { observe } = kit();
    const { sources } = observe(segment([{ ...entry, operationName: '' }], { service: '', serviceInstance: ' ' }));
    const blank = 'X2JsYW5r';
    expect(sources.map((s) => s.entity)).toEqual([
      '',
      `${blank}.1`,
      `${blank}.1_${blank}`,
      `VXNlcg==.0-${blank}.1`,
      `VXNlcg==.0_VXNlcg==-${blank}.1_${blank}`,
      `${blank}.1_${blank}`,
    ]);
  });

  it('carry what the tags say of the request, the last of repeated ones', () => {
    const { observe } = kit();
    const tags = ['status_code=200', 'http.status_code=404', 'http.status_code=none', 'rpc.status_code=A', 'rpc.status_code=B', ' k = v '];
    const [, source] = observe(segment([{ ...entry, tags, isError: true, startTime: NOW - 5, endTime: NOW }])).sources;
    expect(source).toMatchObject({ time: NOW - 5, latency: 5, status: false, httpResponseStatusCode: 404, rpcStatusCode: 'B', type: 1 });
    const traffic = source as unknown as { tags: readonly string[]; tag(key: string): string | undefined };
    expect(traffic.tags.at(-1)).toBe('k:v');
    expect([traffic.tag(' k '), traffic.tag('k'), traffic.tag('__proto__')]).toEqual([' v ', undefined, undefined]);
  });

  it.each([
    [Layer.Unknown, 2],
    [Layer.Database, 0],
    [Layer.RPCFramework, 2],
    [Layer.Http, 1],
    [Layer.MQ, 6],
    [Layer.Cache, 2],
    [Layer.FAAS, 2],
    [Layer.GenAI, 7],
    [99, 2],
  ])('of layer %i have request type %i', (spanLayer, type) => {
    expect(kit().observe(segment([{ ...entry, spanLayer }])).sources[1]).toMatchObject({ type });
  });

  it.each([
    ['a little', -40],
    ['absurdly', -(10 ** 12)],
  ])('that end %s before they start have latency 0', (_, ms) => {
    const { sources } = kit().observe(segment([{ ...entry, endTime: NOW + ms }]));
    expect(sources[1]).toMatchObject({ latency: 0 });
  });

  it('that end in a far future are left out, and the others of the segment stay', () => {
    const far = { ...entry, spanId: 1, endTime: NOW + 10 ** 13 };
    const sourcesOf = (...spans: SpanFields[]) =>
      kit()
        .observe(segment(spans))
        .sources.map(({ definition, entity }) => [definition.name, entity]);
    expect(sourcesOf(entry, far)).toEqual(sourcesOf(entry));
  });
});

describe('exit spans', () => {
  it.each<readonly [string, SpanFields, readonly string[]]>([
    [
      'of HTTP lead to a normal service, though it is not instrumented',
      {},
      [
        'ServiceRelation CLIENT shop.1>stock:80.1 #2 GENERAL>GENERAL',
        'ServiceInstanceRelation CLIENT shop.1/i1>stock:80.1/stock:80 #2 GENERAL>GENERAL',
      ],
    ],
    ...(
      [
        ['no layer', Layer.Unknown, 'UNDEFINED', 0],
        ['RPC', Layer.RPCFramework, 'GENERAL', 1],
        ['an unknown layer', 42, 'UNDEFINED', 0],
        ['GenAI', Layer.GenAI, 'VIRTUAL_GENAI', 0],
        ['Cache', Layer.Cache, 'VIRTUAL_CACHE', 0],
      ] as const
    ).map(
      ([what, spanLayer, layer, normal]) =>
        [
          `of ${what} lead to layer ${layer}`,
          { spanLayer },
          [
            `ServiceRelation CLIENT shop.1>stock:80.${normal} #2 GENERAL>${layer}`,
            `ServiceInstanceRelation CLIENT shop.1/i1>stock:80.${normal}/stock:80 #2 GENERAL>${layer}`,
          ],
        ] as const,
    ),
    [
      'of a function are from and to functions',
      { spanLayer: Layer.FAAS },
      [
        'ServiceRelation CLIENT shop.1>stock:80.1 #2 FAAS>FAAS',
        'ServiceInstanceRelation CLIENT shop.1/i1>stock:80.1/stock:80 #2 FAAS>FAAS',
      ],
    ],
    ['without peer relate nothing', { peer: '' }, []],
    ['with skipAnalysis relate nothing', { skipAnalysis: true }, []],
  ])('%s', (_, fields, expected) => {
    expect(kit().sources({ ...exit, ...fields })).toEqual(expected);
  });

  it('lead to a configured gateway', () => {
    const { sources } = kit({ gateways: [{ name: 'edge', instances: [{ host: 'stock', port: 80 }] }] });
    expect(sources(exit)[0]).toBe('ServiceRelation CLIENT shop.1>stock:80.0 #2 GENERAL>VIRTUAL_GATEWAY');
  });
});

describe('network address aliases', () => {
  const teach = segment([{ ...entry, refs: [reference({ networkAddressUsedAtPeer: 'stock:80' })] }], {
    service: 'stock',
    serviceInstance: 's1',
  });

  it('turn an address into the service behind it from the segment that teaches them on', () => {
    const { sources, observe } = kit();
    expect(sources(exit)[0]).toBe('ServiceRelation CLIENT shop.1>stock:80.1 #2 GENERAL>GENERAL');
    const { entities } = observe(teach);
    expect(entities).toMatchObject([
      {
        model: { name: 'network_address_alias' },
        id: 'c3RvY2s6ODA=',
        at: NOW,
        active: true,
        row: { address: 'stock:80', service: 'stock', instance: 's1', firstSeen: NOW, lastSeen: NOW },
      },
    ]);
    expect(sources(exit)).toEqual([
      'ServiceRelation CLIENT shop.1>stock.1 #2 GENERAL>GENERAL',
      'ServiceInstanceRelation CLIENT shop.1/i1>stock.1/s1 #2 GENERAL>GENERAL',
    ]);
  });

  it('name no instance for components that do not see the real address', () => {
    const { sources, observe } = kit();
    observe(teach);
    expect(sources({ ...exit, componentId: 6000 })).toEqual(['ServiceRelation CLIENT shop.1>stock.1 #6000 GENERAL>GENERAL']);
  });

  it('are stored when the service changes and once a minute, and all again after rows were lost', () => {
    const { observe, wait, rowsLost } = kit();
    const rows = (): number => observe(teach).entities.length;
    expect([rows(), rows()]).toEqual([1, 0]);
    wait(60_000);
    expect([rows(), rows()]).toEqual([1, 0]);
    rowsLost();
    expect([rows(), rows()]).toEqual([1, 0]);
    const other = segment([{ ...entry, refs: [reference({ networkAddressUsedAtPeer: 'stock:80' })] }], { service: 'other' });
    expect([observe(other).entities.length, rows()]).toEqual([1, 1]);
  });

  it.each<readonly [string, SpanFields]>([
    ['a consumer', { spanLayer: Layer.MQ, refs: [reference()] }],
    ['a reference across threads', { refs: [reference({ refType: 1 })] }],
    ['a reference without address', { refs: [reference({ networkAddressUsedAtPeer: ' ' })] }],
    ['a span with skipAnalysis', { skipAnalysis: true, refs: [reference()] }],
  ])('are not learnt from %s', (_, fields) => {
    const { sources, aliases } = kit();
    sources({ ...entry, ...fields });
    expect(aliases.size).toBe(0);
  });
});

describe('continuations on other threads', () => {
  it.each([
    [Local, 'work', Layer.Unknown, ''],
    [Exit, 'send', Layer.Http, ''],
  ])('of span type %i relate endpoints and no services', (spanType, operationName, spanLayer, peer) => {
    const { observe } = kit();
    const found = observe(segment([{ ...local, spanType, spanLayer, peer, operationName, refs: [reference({ refType: 1 })] }]));
    expect(found.sources.map((s) => s.definition.name)).toEqual(['Endpoint', 'EndpointRelation']);
    expect(found.sources[1]).toMatchObject({ detectPoint: 0, rpcLatency: 12, endpoint: '/cart', childEndpoint: operationName });
    expect(found.entities).toMatchObject([{ model: { name: 'endpoint' }, row: { name: '/cart', layers: ['GENERAL'] } }]);
  });

  it('write the row of the source endpoint once a minute', () => {
    const { observe } = kit();
    const bytes = segment([{ ...local, refs: [reference()] }]);
    expect([observe(bytes).entities.length, observe(bytes).entities.length]).toEqual([1, 0]);
  });

  it('are local spans with references only', () => {
    expect(kit().sources(local)).toEqual([]);
  });
});

describe('logic endpoints', () => {
  it.each<readonly [string, SpanFields, readonly string[]]>([
    ['are local spans that say so', { ...local, tags: ['x-le={"logic-span":true}'] }, ['Endpoint shop.1/work GENERAL']],
    [
      'are not blocked by skipAnalysis on local spans',
      { ...local, skipAnalysis: true, tags: ['x-le={"logic-span":true}'] },
      ['Endpoint shop.1/work GENERAL'],
    ],
    [
      'are described by name, latency and status',
      { ...local, tags: ['x-le={"name":"/logic","latency":7,"status":false}'] },
      ['Endpoint shop.1//logic GENERAL'],
    ],
    [
      'may be several on a span',
      { ...local, tags: ['x-le={"name":"a","latency":1,"status":true}', 'x-le={"name":"b","latency":1,"status":true}'] },
      ['Endpoint shop.1/a GENERAL', 'Endpoint shop.1/b GENERAL'],
    ],
    ['need all three', { ...local, tags: ['x-le={"name":"/logic","latency":7}'] }, []],
    ['are not on exit spans', { ...exit, peer: '', tags: ['x-le={"name":"/logic","latency":7,"status":true}'] }, []],
    [
      'are blocked by skipAnalysis on entry spans',
      { ...entry, skipAnalysis: true, tags: ['x-le={"name":"/l","latency":7,"status":true}'] },
      [],
    ],
  ])('%s', (_, fields, expected) => {
    expect(kit().sources(fields)).toEqual(expected);
  });

  it('have their own latency and status, and type LOGIC', () => {
    const bytes = segment([{ ...local, tags: ['x-le={"name":"/logic","latency":7,"status":false}'] }]);
    expect(kit().observe(bytes).sources[0]).toMatchObject({ latency: 7, status: false, type: 4, time: NOW });
  });

  it.each([
    '{',
    '5',
    'null',
    '[]',
    '{"name":5,"latency":1,"status":true}',
    '{"name":"n","latency":"x","status":true}',
    '{"name":"n","latency":1e999,"status":true}',
  ])('are skipped and counted when the tag is %s, and the segment goes on', (tag) => {
    const { sources, reported } = kit();
    expect(sources({ ...local, tags: [`x-le=${tag}`] }, { ...entry, refs: [reference()] })).toEqual(FROM_WEB);
    expect(reported).toEqual(['logic-endpoint']);
  });
});

it('gives no traffic when trace analysis is off, but virtual services and the record', () => {
  const { observe } = kit({ traceAnalysis: false });
  const found = observe(segment([entry, { ...exit, spanLayer: Layer.Database }]));
  expect(found.sources.map((s) => s.definition.name)).toEqual(['DatabaseAccess']);
  expect(found.records).toHaveLength(1);
});

it('gives every source the attributes that OAL may name, of the declared types', () => {
  const broker: SpanFields = { ...exit, spanLayer: Layer.MQ, tags: ['mq.topic=t'] };
  const cache: SpanFields = { ...exit, spanLayer: Layer.Cache, tags: ['cache.type=redis'] };
  const full = { ...entry, refs: [reference()], tags: ['rpc.status_code=OK', 'k=v'] };
  const { sources } = kit().observe(segment([full, { ...exit, tags: full.tags }, { ...exit, spanLayer: Layer.Database }, broker, cache]));
  const types: Readonly<Record<string, string>> = {
    int: 'number',
    long: 'number',
    enum: 'number',
    bool: 'boolean',
    string: 'string',
    strings: 'object',
    map: 'function',
    object: 'object',
  };
  // No agent sends these; the attribute is for other senders of the same source.
  const absent = ['tlsMode', 'attr0'];
  const wrong = sources.flatMap((source) =>
    Object.entries(source.definition.attributes)
      .filter(([name]) => !absent.includes(name) && !(name === 'rpcStatusCode' && source.definition.name !== 'All'))
      .filter(([name, { type }]) => typeof (source as unknown as Record<string, unknown>)[name] !== types[type])
      .map(([name]) => `${source.definition.name}.${name}`),
  );
  expect(wrong).toEqual([]);
  expect(new Set(sources.map((s) => s.definition.name)).size).toBe(11);
  for (const { definition, entity, handle } of sources) expect(handle).toMatchObject({ definition, entity });
  expect(sources.find((s) => s.definition.name === 'ServiceRelation' && 'detectPoint' in s && s.detectPoint === 1)).toMatchObject({
    endpoint: '/stock',
    componentId: 2,
  });
});
