import type { ModuleDefinition } from '../api/module.js';
import { defineModule } from '../api/module.js';
import type { AnyPointToken, AnyServiceToken, AnyStreamToken, Contributed } from '../api/tokens.js';
import { contributedPoints, streamsOf } from '../graph/edges.js';
import type { AnyModule } from '../host/types.js';
import { type GrpcMethod, GrpcMethods, type HttpRoute, HttpRoutes } from '../listeners/contract.js';
import { StreamCollector } from './stream-collector.js';

/** What stands in for the modules that a test leaves out. */
export interface StandIns {
  readonly modules: readonly AnyModule[];
  readonly collectors: ReadonlyMap<string, StreamCollector<unknown>>;
  /** Known once the host is ready. */
  readonly routes: () => readonly Contributed<HttpRoute>[];
  readonly methods: () => readonly Contributed<GrpcMethod>[];
}

/**
 * Makes a module for each thing that nobody gives: a collector for a stream without handler, an owner for a point without one, a provider
 * for each service of the test. One module each, because a single one would have to be ready before and after the others.
 */
export function standIns(
  modules: readonly AnyModule[],
  services: ReadonlyArray<readonly [token: symbol, value: unknown]>,
  collect: readonly AnyStreamToken[],
): StandIns {
  const collectors = new Map<string, StreamCollector<unknown>>();
  const handled = new Set(modules.flatMap((m) => (m.handles ?? []).map((stream) => stream.id)));
  const made: AnyModule[] = services.map(([token, value], i) => provider(`test-service-${i + 1}`, token as AnyServiceToken, value));
  for (const stream of [...collect, ...modules.flatMap((m) => streamsOf(m.publishes))]) {
    if (handled.has(stream.id)) continue;
    handled.add(stream.id);
    const collector = new StreamCollector<unknown>();
    collectors.set(stream.id, collector);
    made.push(collecting(stream, collector));
  }
  const points = new Map<string, AnyPointToken>([HttpRoutes, GrpcMethods, ...modules.flatMap(contributedPoints)].map((p) => [p.id, p]));
  for (const { id } of modules.flatMap((m) => m.owns ?? [])) points.delete(id);
  const owned = new Map<string, () => readonly Contributed<unknown>[]>();
  for (const point of points.values()) made.push(owner(point, owned));
  return {
    modules: made,
    collectors,
    routes: () => (owned.get(HttpRoutes.id)?.() ?? []) as readonly Contributed<HttpRoute>[],
    methods: () => (owned.get(GrpcMethods.id)?.() ?? []) as readonly Contributed<GrpcMethod>[],
  };
}

const provider = (name: string, token: AnyServiceToken, value: unknown): AnyModule =>
  defineModule({ name, provides: [token], activate: ({ provide }) => provide(token, value) });

const collecting = (stream: AnyStreamToken, collector: StreamCollector<unknown>): AnyModule =>
  defineModule({
    name: `test-collector-${stream.id}`,
    handles: [stream],
    activate: ({ handle }) => handle(stream, (batch, signal) => collector.handle(batch, signal)),
  } satisfies ModuleDefinition);

const owner = (point: AnyPointToken, owned: Map<string, () => readonly Contributed<unknown>[]>): AnyModule =>
  defineModule({
    name: `test-owner-${point.id}`,
    owns: [point],
    activate: ({ contributions }) => void owned.set(point.id, () => contributions(point)),
  });
