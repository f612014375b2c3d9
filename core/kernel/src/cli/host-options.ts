import type { Logger } from '../api/facilities.js';
import { BootError, type HostOptions, type Problem } from '../host/types.js';
import { createLogger, type LoggerOptions } from '../logger/create-logger.js';
import type { CliIo } from './cli-io.js';
import type { Plan } from './plan.js';
import { reportFailure } from './report.js';

/** Why the host did not come up, with the places of the settings that are to blame. */
export function reportBootFailure(error: unknown, planned: Plan): string {
  if (!(error instanceof BootError)) return reportFailure(error);
  return reportFailure(
    new BootError(
      error.problems.map((p) => placed(p, planned)),
      { cause: error },
    ),
  );
}

/** Adds the place of the setting that a problem names, when whoever reported it did not know. */
function placed(problem: Problem, { assembly }: Plan): Problem {
  if (problem.at !== undefined) return problem;
  const path = problem.subject.split('.');
  for (let length = path.length; length > 1; length--) {
    const at = assembly.config.written(path.slice(0, length))?.at;
    if (at !== undefined) return at === '' ? problem : { ...problem, at };
  }
  return problem;
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
