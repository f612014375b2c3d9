import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { HostStatusToken } from '../api/facilities.js';
import { contribution, defineModule } from '../api/module.js';
import { createPoint, createStream, createToken } from '../api/tokens.js';
import { type AnyModule, formatProblem } from '../host/types.js';
import { buildGraph, type PlacedModule } from './module-graph.js';

const StorageToken = createToken<object>('storage');
const QueryToken = createToken<object>('query');
const segments = createStream<number>({ id: 'segments' });
const Routes = createPoint<string, 'calls'>({ id: 'http-routes', kind: 'calls' });
const Scripts = createPoint<string, 'data'>({ id: 'oal-scripts', kind: 'data' });

/** Each module on a line of its own, in the order given. */
const place = (modules: readonly AnyModule[]): PlacedModule[] =>
  modules.map((definition, index) => ({ definition, at: { at: `skein.yml:${index + 2}:3` } }));

const orderOf = (...modules: AnyModule[]) => buildGraph(place(modules)).order.map(({ name }) => name);
const textOf = (...modules: AnyModule[]) => buildGraph(place(modules), [HostStatusToken]).problems.map(formatProblem).join('\n');

const storage = defineModule({ name: 'storage-level', provides: [StorageToken] });
const receiver = defineModule({ name: 'trace-receiver', publishes: { segments }, contributes: [Routes] });
const analyzer = defineModule({ name: 'trace-analyzer', handles: [segments], needs: { storage: StorageToken } });
const http = defineModule({ name: 'http-server', owns: [Routes] });

describe('the order of modules', () => {
  it('is provider, handler, publisher, owner of what is called', () => {
    expect(orderOf(http, receiver, analyzer, storage)).toEqual(['storage-level', 'trace-analyzer', 'trace-receiver', 'http-server']);
  });

  it('keeps the order of the configuration where nothing else is said', () => {
    const plain = ['c', 'a', 'b'].map((name) => defineModule({ name }));
    expect(orderOf(...plain)).toEqual(['c', 'a', 'b']);
    expect(orderOf(plain[0]!, http, plain[1]!, receiver, analyzer, storage)).toEqual([
      'c',
      'a',
      'storage-level',
      'trace-analyzer',
      'trace-receiver',
      'http-server',
    ]);
  });

  it('puts the provider of an optional service first when there is one, and does not miss it otherwise', () => {
    const reader = defineModule({ name: 'reader', optional: { storage: StorageToken } });
    expect(orderOf(reader, storage)).toEqual(['storage-level', 'reader']);
    expect(textOf(reader)).toBe('');
  });

  it('is not changed by data contributions, and not by a module that calls itself', () => {
    const owner = defineModule({ name: 'owner', owns: [Scripts, Routes], contributes: [Routes, contribution(Scripts, 'mine')] });
    const giver = defineModule({ name: 'giver', contributes: [contribution(Scripts, 'x')] });
    expect(orderOf(owner, giver)).toEqual(['owner', 'giver']);
  });

  it('has every module after all it waits for, or names a true cycle', () => {
    const wiring = fc.uniqueArray(fc.tuple(fc.nat(7), fc.nat(7)), { maxLength: 14, selector: ([a, b]) => `${a}-${b}` });
    fc.assert(
      fc.property(wiring, (pairs) => {
        const tokens = Array.from({ length: 8 }, (_, n) => createToken<object>(`service-${n}`));
        const modules = tokens.map((token, n) =>
          defineModule({
            name: `m${n}`,
            provides: [token],
            needs: Object.fromEntries(pairs.filter(([from]) => from === n).map(([, to]) => [`s${to}`, tokens[to]!])),
          }),
        );
        const graph = buildGraph(place(modules));
        if (graph.problems.length === 0) {
          const position = new Map(graph.order.map(({ name }, index) => [name, index]));
          expect(graph.order).toHaveLength(8);
          for (const [from, to] of pairs) expect(position.get(`m${to}`)).toBeLessThan(position.get(`m${from}`)!);
          return;
        }
        const chain = [...graph.problems[0]!.message.matchAll(/(m\d) needs the service "service-\d" of (m\d)/g)].map(([, a, b]) => [a, b]);
        for (const [index, [from, to]] of chain.entries()) {
          expect(pairs).toContainEqual([Number(from!.slice(1)), Number(to!.slice(1))]);
          expect(chain[(index + 1) % chain.length]![0]).toBe(to);
        }
        expect(chain.length).toBeGreaterThan(0);
      }),
    );
  });
});

describe('the text of a problem', () => {
  it('of a cycle prints the whole chain', () => {
    const text = textOf(
      defineModule({ name: 'bystander' }),
      defineModule({ name: 'outside', needs: { query: QueryToken } }),
      defineModule({ name: 'query', provides: [QueryToken], needs: { storage: StorageToken } }),
      defineModule({ name: 'storage-level', provides: [StorageToken], publishes: { segments } }),
      defineModule({ name: 'trace-analyzer', handles: [segments], owns: [Routes] }),
      defineModule({ name: 'web', contributes: [Routes], optional: { query: QueryToken } }),
    );
    expect(text).toBe(
      `skein.yml:4:3 modules.query can never be ready, because it waits for itself:
    query needs the service "storage" of storage-level
    storage-level publishes the stream "segments", which trace-analyzer handles
    trace-analyzer calls what web contributes to "http-routes"
    web uses the service "query" of query
    Take one of these declarations away, or split a module in two.`,
    );
  });

  it('of a module that waits for itself alone', () => {
    expect(textOf(defineModule({ name: 'echo', publishes: { segments }, handles: [segments] }))).toBe(
      `skein.yml:2:3 modules.echo can never be ready, because it waits for itself:
    echo publishes the stream "segments", which echo handles
    Take one of these declarations away, or split a module in two.`,
    );
  });

  it('of a service that no module provides', () => {
    expect(textOf(analyzer)).toBe(
      `skein.yml:2:3 modules.trace-analyzer needs the service "storage", which no module provides
    Add a module that provides "storage", or switch trace-analyzer off.`,
    );
  });

  it('of two modules for one service', () => {
    expect(textOf(storage, defineModule({ name: 'storage-memory', provides: [StorageToken] }))).toBe(
      `skein.yml:3:3 modules.storage-memory provides the service "storage", which storage-level provides too
    Switch one of the two off, for example with "storage-level: false" below modules.`,
    );
  });

  it('of a module that provides a service of the host', () => {
    expect(textOf(defineModule({ name: 'impostor', provides: [HostStatusToken] }))).toBe(
      `skein.yml:2:3 modules.impostor provides the service "host-status", which host provides too
    This service belongs to the host; remove it from the module.`,
    );
  });

  it('of a stream without a handler', () => {
    expect(textOf(receiver, http)).toBe(
      `skein.yml:2:3 modules.trace-receiver publishes the stream "segments", which no module handles
    Add a module that handles "segments", or switch trace-receiver off.`,
    );
  });

  it('of a stream with two handlers', () => {
    expect(textOf(analyzer, storage, defineModule({ name: 'other-analyzer', handles: [segments] }))).toBe(
      `skein.yml:4:3 modules.other-analyzer handles the stream "segments", which trace-analyzer handles too; a stream has exactly one handler
    Switch one of the two off, or let one of them tap the stream.`,
    );
  });

  it('of a point with two owners, and of one with none', () => {
    expect(textOf(http, defineModule({ name: 'http2-server', owns: [Routes] }))).toBe(
      `skein.yml:3:3 modules.http2-server owns the contribution point "http-routes", which http-server owns too
    Switch one of the two off, for example with "http-server: false" below modules.`,
    );
    expect(textOf(defineModule({ name: 'rules', contributes: [contribution(Scripts, 'a'), contribution(Scripts, 'b')] }))).toBe(
      `skein.yml:2:3 modules.rules contributes to the point "oal-scripts", which no module owns
    Add a module that owns "oal-scripts", or switch rules off.`,
    );
  });

  it('of a module that is there twice', () => {
    expect(textOf(http, defineModule({ name: 'http-server' }))).toBe(
      `skein.yml:3:3 modules.http-server is there twice
    Every module has a name of its own; rename or remove one.`,
    );
  });

  it('comes with all others, not alone', () => {
    expect(
      textOf(receiver, analyzer)
        .split('\n')
        .filter((line) => line.startsWith('skein.yml')),
    ).toEqual([
      'skein.yml:2:3 modules.trace-receiver contributes to the point "http-routes", which no module owns',
      'skein.yml:3:3 modules.trace-analyzer needs the service "storage", which no module provides',
    ]);
  });
});
