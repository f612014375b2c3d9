import type { GraphEdge } from './edges.js';

/**
 * Orders names so that each comes after all it waits for; among those that could come next, the one that was named first. Returns a cycle
 * instead, as the edges that lead from a name back to itself, when there is one.
 */
export function dependencyOrder(
  names: readonly string[],
  edges: readonly GraphEdge[],
): { readonly order: readonly string[]; readonly cycle?: readonly GraphEdge[] } {
  const waitsFor = new Map<string, GraphEdge[]>(names.map((name) => [name, []]));
  for (const edge of edges) waitsFor.get(edge.module)?.push(edge);
  const done = new Set<string>();
  const left = new Set(names);
  while (left.size > 0) {
    const next = [...left].find((name) => waitsFor.get(name)!.every(({ after }) => done.has(after)));
    if (next === undefined) return { order: [...done], cycle: findCycle(left, waitsFor, done) };
    left.delete(next);
    done.add(next);
  }
  return { order: [...done] };
}

/** Every name that is left waits for another one that is left, so following any such edge comes back sooner or later. */
function findCycle(left: ReadonlySet<string>, waitsFor: ReadonlyMap<string, GraphEdge[]>, done: ReadonlySet<string>): readonly GraphEdge[] {
  const path: GraphEdge[] = [];
  let name = [...left][0]!;
  for (;;) {
    const start = path.findIndex((edge) => edge.module === name);
    if (start >= 0) return path.slice(start);
    const edge = waitsFor.get(name)!.find(({ after }) => !done.has(after))!;
    path.push(edge);
    name = edge.after;
  }
}
