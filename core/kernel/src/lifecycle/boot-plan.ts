import Type from 'typebox';
import { coreCopyOf, THIS_CORE } from '../api/core-copy.js';
import { checkConfig } from '../config/check-config.js';
import { buildGraph, type ModuleGraph } from '../graph/module-graph.js';
import type { AnyModule, HostModule, Problem } from '../host/types.js';
import { Contributions } from './contributions.js';
import { definitionMistakes } from './definition-problems.js';

const NO_CONFIG = Type.Object({}, { additionalProperties: false });

/** What is known of a host before any code of a module runs. */
export interface BootPlan {
  readonly graph: ModuleGraph;
  /** Checked configuration by module, defaults filled in. */
  readonly configs: ReadonlyMap<AnyModule, unknown>;
  readonly contributions: Contributions;
  readonly problems: readonly Problem[];
}

/** Validates everything that is declared; all problems of all modules come together. */
export function planBoot(modules: readonly HostModule[], hostServices: readonly symbol[]): BootPlan {
  // What a stranger declares cannot be trusted, and nothing that is said about the others holds without it.
  const strangers = modules.flatMap((module, index) => [...strangerProblems(module, index)]);
  const known = strangers.length === 0 ? modules : [];
  const definitions = known.map(({ definition }) => definition);
  const configs = new Map<AnyModule, unknown>();
  const problems: Problem[] = strangers;
  for (const { definition, config, origin } of known) {
    const checked = checkConfig(definition.config ?? NO_CONFIG, config, `modules.${definition.name}`, origin);
    configs.set(definition, checked.value);
    problems.push(...checked.problems);
  }
  const graph = buildGraph(
    known.map(({ definition, origin }) => ({ definition, at: placeOf(origin) })),
    hostServices,
  );
  const contributions = new Contributions(definitions);
  problems.push(...graph.problems, ...located(contributions.problems(definitions, 'data'), modules));
  return { graph, configs, contributions, problems };
}

/** Adds where the module was switched on to problems that do not say where they were written. */
export function located(problems: readonly Problem[], modules: readonly HostModule[]): readonly Problem[] {
  const places = new Map(modules.map(({ definition, origin }) => [`modules.${definition.name}`, placeOf(origin)]));
  return problems.map((problem) => ({ ...places.get(problem.subject), ...problem }));
}

/** A zone that this Node.js does not know would fail in the first module that computes a local hour. */
export function zoneProblems(zone: string): readonly Problem[] {
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone });
    return [];
  } catch {
    return [
      {
        subject: 'host.zone',
        message: `must be an IANA time zone (got ${JSON.stringify(zone)})`,
        fix: 'For example Europe/Berlin or UTC.',
      },
    ];
  }
}

function placeOf(origin: HostModule['origin']): { readonly at?: string } {
  const at = origin?.([]);
  return at === undefined ? {} : { at };
}

/** Problems of definitions that keep the host from looking at anything else. The index stands for a name that is none. */
export function* strangerProblems({ definition, origin }: HostModule, index: number): Iterable<Problem> {
  const copy = coreCopyOf(definition);
  const named = typeof definition.name === 'string' && definition.name !== '';
  const about = { ...placeOf(origin), subject: named ? `modules.${definition.name}` : `modules[${index}]` };
  if (copy === THIS_CORE) for (const mistake of definitionMistakes(definition)) yield { ...about, ...mistake };
  else if (copy === undefined) {
    yield { ...about, message: 'is not a module definition', fix: 'Export what defineModule(...) of @skein/core returns.' };
  } else {
    yield {
      ...about,
      message: `was made with another copy of @skein/core: ${copy.path}; this host is ${THIS_CORE.path}`,
      fix: 'Make @skein/core a peer dependency of the module, so that npm installs it once.',
    };
  }
}
