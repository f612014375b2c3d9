import { describe, expect, it } from '@jest/globals';
import { Entry, Exit, kit, Layer, Local, NOW, reference, type Span, segment } from './testing/segment-kit.js';

const local: Span = { spanId: 1, spanType: Local, operationName: 'work' };

describe('virtual services', () => {
  const span = (spanLayer: number, fields: Span = {}): Span => ({
    ...local,
    spanId: 5,
    spanType: Exit,
    spanLayer,
    peer: 'peer:1',
    ...fields,
  });
  const virtual = (s: Span): readonly string[] =>
    kit()
      .sources(s)
      .filter((line) => /Access/.test(line));
  const slow = (s: Span) =>
    kit()
      .observe(segment([{ ...s, endTime: NOW + 201 }]))
      .records.filter((r) => r.model.name !== 'segment')
      .map((r) => [r.model.name, r.row]);

  it.each<readonly [string, Span, readonly string[]]>([
    ['a database, on any type of span', span(Layer.Database, { spanType: Local }), ['DatabaseAccess peer:1.0 12']],
    ['a database in spite of skipAnalysis', span(Layer.Database, { skipAnalysis: true }), ['DatabaseAccess peer:1.0 12']],
    ['nothing for an unknown span type', span(Layer.Database, { spanType: 9 }), []],
    ['nothing for a cache without type', span(Layer.Cache), []],
    ['a cache read', span(Layer.Cache, { tags: ['cache.type=redis', 'cache.op=read'] }), ['CacheAccess peer:1.0 1 12']],
    ['a cache write', span(Layer.Cache, { tags: ['cache.type=redis', 'cache.op=write'] }), ['CacheAccess peer:1.0 0 12']],
    ['another use of a cache', span(Layer.Cache, { tags: ['cache.type=redis', 'cache.op=x'] }), ['CacheAccess peer:1.0 2 12']],
    ['a local cache', span(Layer.Cache, { spanType: Local, peer: ' ', tags: ['cache.type=guava'] }), ['CacheAccess guava-local.0 2 12']],
    [
      'the last of repeated cache tags',
      span(Layer.Cache, { tags: ['cache.type=a', 'cache.type=b', 'cache.op=write', 'cache.op=read'] }),
      ['CacheAccess peer:1.0 1 12'],
    ],
    [
      'a message sent',
      span(Layer.MQ, { tags: ['mq.topic=t', 'mq.queue=q', 'transmission.latency=4'] }),
      ['MQAccess peer:1.0 1 4', 'MQEndpointAccess peer:1.0/t/q 1 4'],
    ],
    [
      'a queue alone',
      span(Layer.MQ, { tags: ['mq.queue=q', 'transmission.latency=x'] }),
      ['MQAccess peer:1.0 1 0', 'MQEndpointAccess peer:1.0/q 1 0'],
    ],
    [
      'a message received from the address in the reference',
      span(Layer.MQ, { spanType: Entry, refs: [reference({ networkAddressUsedAtPeer: 'b:2' })], tags: ['mq.topic=t'] }),
      ['MQAccess b:2.0 0 0', 'MQEndpointAccess b:2.0/t 0 0'],
    ],
    ['a message received from the peer', span(Layer.MQ, { spanType: Entry }), ['MQAccess peer:1.0 0 0']],
    ['no broker without an address', span(Layer.MQ, { peer: ' ' }), []],
    ['no broker on local spans', span(Layer.MQ, { spanType: Local }), []],
  ])('show %s', (_, s, expected) => {
    expect(virtual(s)).toEqual(expected);
  });

  it('record a slow statement for the database and for its user, cut at 2000', () => {
    const common = { id: 's-5', statement: 'x'.repeat(2000), latency: 201, traceId: 't', timestamp: NOW };
    expect(slow(span(Layer.Database, { tags: ['db.type=MySQL', `db.statement=${'x'.repeat(3000)}`] }))).toEqual([
      ['top_n_database_statement', { ...common, entity: 'cGVlcjox.0' }],
      ['top_n_service_database_statement', { ...common, entity: 'c2hvcA==.1' }],
    ]);
  });

  it.each<readonly [string, Span, readonly unknown[]]>([
    ['a statement without db.type', span(Layer.Database, { tags: ['db.statement=x'] }), []],
    ['a blank statement', span(Layer.Database, { tags: ['db.type=x', 'db.statement= '] }), []],
    [
      'a slow read',
      span(Layer.Cache, { tags: ['cache.type=redis', 'cache.op=read', 'cache.cmd=GET', 'cache.key=k'] }),
      [['top_n_cache_read_command', 'GET k']],
    ],
    [
      'a slow write',
      span(Layer.Cache, { tags: ['cache.type=redis', 'cache.op=write', 'cache.cmd=SET'] }),
      [['top_n_cache_write_command', 'SET']],
    ],
    ['a slow other command', span(Layer.Cache, { tags: ['cache.type=redis', 'cache.cmd=SCAN'] }), []],
  ])('record of %s what there is', (_, s, expected) => {
    expect(slow(s).map(([model, r]) => [model, (r as { statement: string }).statement])).toEqual(expected);
  });

  it.each([
    ['mongodb', 101, 2],
    ['MongoDB', 100, 0],
    ['mysql', 200, 0],
    ['mysql', 201, 2],
  ])('take %s with %i ms as slow: %i records', (type, ms, records) => {
    const s = span(Layer.Database, { endTime: NOW + ms, tags: [`db.type=${type}`, 'db.statement=x'] });
    expect(kit().observe(segment([s])).records.length - 1).toBe(records);
  });
});
