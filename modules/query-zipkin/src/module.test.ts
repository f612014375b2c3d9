import { expect, it } from '@jest/globals';
import { checkModule } from '@skein/core/testing';
import { NamingToken } from '@skein/telemetry';
import { StorageToken } from '@skein/telemetry/storage';
import fc from 'fast-check';
import { DependencyLinks } from './dependency-links.js';
import queryZipkin from './module.js';
import { traceSearch } from './parameters.js';
import type { StoredSpan } from './stored-span.js';

const naming = { service: (name: string) => name, instance: (name: string) => name, endpoint: (_: string, name: string) => name };

it('keeps the contract of modules', () =>
  checkModule({
    module: queryZipkin,
    services: [
      [NamingToken, naming],
      [StorageToken, {}],
    ],
  }));

const links = (...spans: readonly Omit<StoredSpan, 'traceId'>[]): unknown => {
  const found = new DependencyLinks();
  found.add(spans.map((span) => ({ traceId: '1', ...span })));
  return found.list().map(({ parent, child, callCount, errorCount = 0 }) => `${parent} > ${child} ${callCount} ${errorCount}`);
};
const at = (serviceName: string) => ({ localEndpoint: { serviceName } });
const to = (serviceName: string) => ({ remoteEndpoint: { serviceName } });

it('dependencies: the server knows better than the client who was called', () => {
  const client = { id: 'b', kind: 'CLIENT', ...at('web'), ...to('alias') } as const;
  expect(links(client)).toEqual(['web > alias 1 0']);
  expect(links(client, { id: 'c', parentId: 'b', kind: 'SERVER', ...at('app') })).toEqual(['web > app 1 0']);
  expect(links(client, { id: 'b', shared: true, kind: 'SERVER', ...at('app') })).toEqual(['web > app 1 0']);
  expect(links({ id: 'c', kind: 'SERVER', ...at('app'), ...to('web') })).toEqual(['web > app 1 0']);
  expect(links({ id: 'c', kind: 'SERVER', ...at('app') })).toEqual([]);
});

it('dependencies: spans between two services are looked through, and a service that sent none is put between', () => {
  const server = { id: 'a', kind: 'SERVER', ...at('web') } as const;
  expect(links(server, { id: 'b', parentId: 'a', ...at('web') }, { id: 'c', parentId: 'b', kind: 'SERVER', ...at('app') })).toEqual([
    'web > app 1 0',
  ]);
  expect(links(server, { id: 'b', parentId: 'a', kind: 'CLIENT', ...at('app'), ...to('db') })).toEqual(['web > app 1 0', 'app > db 1 0']);
});

it('dependencies: errors of either side count once, messages go through the broker', () => {
  const failed = { tags: { error: '' } };
  const client = { id: 'b', kind: 'CLIENT', ...at('web'), ...failed } as const;
  expect(links(client, { id: 'b', shared: true, kind: 'SERVER', ...at('app'), ...failed })).toEqual(['web > app 1 1']);
  expect(links(client, { id: 'b', shared: true, kind: 'SERVER', ...at('app') })).toEqual(['web > app 1 1']);
  expect(
    links(
      { id: 'a', kind: 'PRODUCER', ...at('web'), ...to('kafka') },
      { id: 'b', parentId: 'a', kind: 'CONSUMER', ...at('app'), ...to('kafka') },
    ),
  ).toEqual(['web > kafka 1 0', 'kafka > app 1 0']);
});

it('dependencies: any spans end in some links', () => {
  const id = fc.constantFrom('a', 'b', 'c', 'd');
  const endpoint = fc.record({ serviceName: fc.constantFrom('x', 'y', 'z') }, { requiredKeys: [] });
  const span = fc.record(
    {
      traceId: fc.constant('1'),
      id,
      parentId: id,
      kind: fc.constantFrom('CLIENT', 'SERVER', 'PRODUCER', 'CONSUMER'),
      shared: fc.boolean(),
      localEndpoint: endpoint,
      remoteEndpoint: endpoint,
    },
    { requiredKeys: ['traceId', 'id'] },
  );
  fc.assert(
    fc.property(fc.array(span, { maxLength: 12 }), (spans) => {
      const found = new DependencyLinks();
      found.add(spans as StoredSpan[]);
      const calls = found.list().reduce((sum, link) => sum + link.callCount, 0);
      expect(calls).toBeLessThanOrEqual(2 * spans.length);
    }),
  );
});

it('search parameters: what is left out has its default, spaces around a tag do not matter', () => {
  const defaults = { now: 1000, lookbackMs: 400, limit: 10, mostTraces: 50 };
  expect(traceSearch(new URLSearchParams('annotationQuery= a = b  and c and c&spanName=all&serviceName='), defaults)).toEqual({
    serviceName: undefined,
    spanName: undefined,
    remoteServiceName: undefined,
    terms: ['a=b', 'c'],
    minDuration: undefined,
    maxDuration: undefined,
    from: 600,
    to: 1000,
    limit: 10,
  });
  expect(() => traceSearch(new URLSearchParams('limit=51'), defaults)).toThrow('limit must be 1 to 50 (got 51)');
  expect(() => traceSearch(new URLSearchParams('lookback=-1'), defaults)).toThrow('lookback must be a whole number from 1 on');
});
