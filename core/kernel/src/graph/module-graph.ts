import type { AnyModule, Problem } from '../host/types.js';
import { edgesOf, type Givers, type GraphEdge } from './edges.js';
import { findGivers, missing } from './givers.js';
import { dependencyOrder } from './order.js';

/** A definition and where it was switched on, if that was written anywhere. */
export interface PlacedModule {
  readonly definition: AnyModule;
  readonly at: { readonly at?: string };
}

/** The modules of a host in the order in which they become ready, and why. */
export interface ModuleGraph extends Givers {
  readonly order: readonly AnyModule[];
  readonly edges: readonly GraphEdge[];
  /** Everything that is wrong; the order means nothing then. */
  readonly problems: readonly Problem[];
}

/** Builds the graph from declarations; no code of a module runs. `hostServices` are provided by the host itself. */
export function buildGraph(modules: readonly PlacedModule[], hostServices: readonly symbol[] = []): ModuleGraph {
  const problems: Problem[] = [...sameNames(modules)];
  const givers = findGivers(modules, hostServices, problems);
  for (const module of modules) problems.push(...missing(module, givers));
  const present = new Set(modules.map(({ definition }) => definition.name));
  const edges = modules.flatMap(({ definition }) => edgesOf(definition, givers)).filter(({ after }) => present.has(after));
  const { order, cycle } = dependencyOrder(
    modules.map(({ definition }) => definition.name),
    edges,
  );
  if (cycle !== undefined) problems.push(cycleProblem(cycle, modules));
  const byName = new Map(modules.map(({ definition }) => [definition.name, definition]));
  return { ...givers, order: order.map((name) => byName.get(name)!), edges, problems };
}

function* sameNames(modules: readonly PlacedModule[]): Iterable<Problem> {
  const seen = new Set<string>();
  for (const { definition, at } of modules) {
    if (seen.has(definition.name)) {
      yield {
        ...at,
        subject: `modules.${definition.name}`,
        message: 'is there twice',
        fix: 'Every module has a name of its own; rename or remove one.',
      };
    }
    seen.add(definition.name);
  }
}

function cycleProblem(cycle: readonly GraphEdge[], modules: readonly PlacedModule[]): Problem {
  const first = cycle[0]!.module;
  const place = modules.find(({ definition }) => definition.name === first)?.at;
  return {
    ...place,
    subject: `modules.${first}`,
    message: `can never be ready, because it waits for itself:${cycle.map(({ because }) => `\n    ${because}`).join('')}`,
    fix: 'Take one of these declarations away, or split a module in two.',
  };
}
