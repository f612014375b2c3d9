import { tokenName } from '../api/tokens.js';
import type { AnyModule, Problem } from '../host/types.js';
import { contributedPoints, type Givers, streamsOf, tokensOf } from './edges.js';
import type { PlacedModule } from './module-graph.js';

/** The name under which the host itself provides services. */
export const HOST_NAME = 'host';

/** Finds who gives what; two modules that give the same are problems. */
export function findGivers(modules: readonly PlacedModule[], hostServices: readonly symbol[], problems: Problem[]): Givers {
  const services = new Map<symbol, string>(hostServices.map((token) => [token, HOST_NAME]));
  const handlers = new Map<string, string>();
  const owners = new Map<string, string>();
  for (const placed of modules) {
    const { provides = [], handles = [], owns = [] } = placed.definition;
    for (const token of provides) claim(services, token, placed, problems, (first) => twoProviders(tokenName(token), first));
    for (const stream of handles) claim(handlers, stream.id, placed, problems, (first) => twoHandlers(stream.id, first));
    for (const point of owns) claim(owners, point.id, placed, problems, (first) => twoOwners(point.id, first));
  }
  return { services, handlers, owners };
}

function claim<K>(
  givers: Map<K, string>,
  key: K,
  { definition, at }: PlacedModule,
  problems: Problem[],
  conflict: (first: string) => Pick<Problem, 'message' | 'fix'>,
): void {
  const first = givers.get(key);
  if (first === undefined) givers.set(key, definition.name);
  else problems.push({ ...at, subject: `modules.${definition.name}`, ...conflict(first) });
}

const switchOff = (module: string): string => `Switch one of the two off, for example with "${module}: false" below modules.`;

const twoProviders = (service: string, first: string) => ({
  message: `provides the service "${service}", which ${first} provides too`,
  fix: first === HOST_NAME ? 'This service belongs to the host; remove it from the module.' : switchOff(first),
});

const twoHandlers = (stream: string, first: string) => ({
  message: `handles the stream "${stream}", which ${first} handles too; a stream has exactly one handler`,
  fix: 'Switch one of the two off, or let one of them tap the stream.',
});

const twoOwners = (point: string, first: string) => ({
  message: `owns the contribution point "${point}", which ${first} owns too`,
  fix: switchOff(first),
});

/** What a module wants and nobody gives. */
export function* missing({ definition, at }: PlacedModule, givers: Givers): Iterable<Problem> {
  const subject = `modules.${definition.name}`;
  for (const token of tokensOf(definition.needs)) {
    if (!givers.services.has(token)) {
      yield {
        ...at,
        subject,
        message: `needs the service "${tokenName(token)}", which no module provides`,
        fix: `Add a module that provides "${tokenName(token)}", or switch ${definition.name} off.`,
      };
    }
  }
  for (const stream of streamsOf(definition.publishes)) {
    if (!givers.handlers.has(stream.id)) {
      yield {
        ...at,
        subject,
        message: `publishes the stream "${stream.id}", which no module handles`,
        fix: `Add a module that handles "${stream.id}", or switch ${definition.name} off.`,
      };
    }
  }
  yield* orphans(definition, at, givers);
}

function* orphans(definition: AnyModule, at: PlacedModule['at'], givers: Givers): Iterable<Problem> {
  const points = new Set(contributedPoints(definition).map((point) => point.id));
  for (const id of points) {
    if (!givers.owners.has(id)) {
      yield {
        ...at,
        subject: `modules.${definition.name}`,
        message: `contributes to the point "${id}", which no module owns`,
        fix: `Add a module that owns "${id}", or switch ${definition.name} off.`,
      };
    }
  }
}
