import type { Logger } from '../api/facilities.js';
import { BootError, type HostOptions, type Problem } from '../host/types.js';
import { createLogger, type LoggerOptions } from '../logger/create-logger.js';
import type { CliIo } from './cli-io.js';
import type { Plan } from './plan.js';
import { reportFailure } from './report.js';
import { stackPlace } from './stack-place.js';

/** Why the host did not come up, with the places of the settings and of the code that are to blame. */
export function reportBootFailure(error: unknown, planned: Plan, cwd: string): string {
  if (!(error instanceof BootError)) return reportFailure(error);
  return reportFailure(
    new BootError(
      error.problems.map((problem) => withCode(placed(problem, planned), error.cause, planned, cwd)),
      { cause: error },
    ),
  );
}

/** Adds the place of the setting that a problem names, when whoever reported it did not know. */
function placed(problem: Problem, { assembly }: Plan): Problem {
  if (problem.at !== undefined) return problem;
  const path = problem.subject.split('.');
  // A file's settings are written under its name in the configuration, and reported under the module's own.
  const key = assembly.modules.find(({ definition }) => path[0] === 'modules' && definition.name === path[1])?.configured.name;
  if (key !== undefined) path[1] = key;
  for (let length = path.length; length > 1; length--) {
    const at = assembly.config.written(path.slice(0, length))?.at;
    if (at !== undefined) return at === '' ? problem : { ...problem, at };
  }
  return problem;
}

/** Adds the line of a module's own code where it threw. */
function withCode(problem: Problem, cause: unknown, { assembly }: Plan, cwd: string): Problem {
  const module = assembly.modules.find(({ definition }) => problem.subject === `modules.${definition.name}`);
  const place = module && !(cause instanceof BootError) ? stackPlace(cause, module.imported.file, cwd) : undefined;
  return place === undefined ? problem : { ...problem, message: `${problem.message} (${place})` };
}

/** What the configuration says of the host and its modules. */
export function hostOptions(
  { assembly: { config, modules } }: Plan,
  io: CliIo,
  announce: (label: string, text: string) => void,
): HostOptions & { readonly logger: Logger } {
  const { zone, memory, log, deadlines } = config.host;
  const format: Pick<LoggerOptions, 'pretty'> = log.format === 'auto' ? {} : { pretty: log.format === 'pretty' };
  return {
    modules: modules.map(({ definition, config: written, origin }) => ({ definition, config: written, ...(origin && { origin }) })),
    logger: createLogger({
      level: log.level as 'info',
      ...format,
      destination: io.stderr as NodeJS.WritableStream & { readonly isTTY?: boolean },
    }),
    announce,
    deadlines,
    ...(zone === undefined ? {} : { zone }),
    ...(memory === undefined ? {} : { memory }),
  };
}
