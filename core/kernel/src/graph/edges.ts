import { type AnyPointToken, type AnyServiceToken, type AnyStreamToken, tokenName } from '../api/tokens.js';
import type { AnyModule } from '../host/types.js';

/** `module` can be ready only after `after`. Both are module names. */
export interface GraphEdge {
  readonly module: string;
  readonly after: string;
  /** The declaration behind it, as a sentence that names both modules. */
  readonly because: string;
}

/** Who gives what: module names by service token, stream id and point id. */
export interface Givers {
  readonly services: ReadonlyMap<symbol, string>;
  readonly handlers: ReadonlyMap<string, string>;
  readonly owners: ReadonlyMap<string, string>;
}

/** The points to which a module contributes, and how. */
export const contributedPoints = (module: AnyModule): readonly AnyPointToken[] =>
  (module.contributes ?? []).map((entry) => ('point' in entry ? entry.point : entry));

/** The tokens of a module's `needs`, `optional` or `publishes`. */
export const tokensOf = (record: Readonly<Record<string, AnyServiceToken>> | undefined): readonly AnyServiceToken[] =>
  Object.values(record ?? {});
export const streamsOf = (record: Readonly<Record<string, AnyStreamToken>> | undefined): readonly AnyStreamToken[] =>
  Object.values(record ?? {});

/** Everything that a module must wait for, from its declarations alone. */
export function edgesOf(module: AnyModule, givers: Givers): readonly GraphEdge[] {
  return [...serviceEdges(module, givers), ...streamEdges(module, givers), ...pointEdges(module, givers)];
}

function* serviceEdges({ name, needs, optional }: AnyModule, { services }: Givers): Iterable<GraphEdge> {
  for (const [verb, tokens] of [
    ['needs', needs],
    ['uses', optional],
  ] as const) {
    for (const token of tokensOf(tokens)) {
      const provider = services.get(token);
      if (provider !== undefined) {
        yield { module: name, after: provider, because: `${name} ${verb} the service "${tokenName(token)}" of ${provider}` };
      }
    }
  }
}

function* streamEdges({ name, publishes }: AnyModule, { handlers }: Givers): Iterable<GraphEdge> {
  for (const stream of streamsOf(publishes)) {
    const handler = handlers.get(stream.id);
    if (handler !== undefined) {
      yield { module: name, after: handler, because: `${name} publishes the stream "${stream.id}", which ${handler} handles` };
    }
  }
}

/** The owner of a `calls` point calls what is contributed, so its contributors are ready first. Who contributes to its own point waits for nobody. */
function* pointEdges(module: AnyModule, { owners }: Givers): Iterable<GraphEdge> {
  for (const point of contributedPoints(module)) {
    const owner = owners.get(point.id);
    if (point.kind === 'calls' && owner !== undefined && owner !== module.name) {
      yield { module: owner, after: module.name, because: `${owner} calls what ${module.name} contributes to "${point.id}"` };
    }
  }
}
