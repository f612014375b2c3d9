import { createHost } from '../host/skein-host.js';
import type { CliIo } from './cli-io.js';
import { hostOptions, reportBootFailure } from './host-options.js';
import { plan } from './plan.js';
import { reportProblems } from './report.js';

/**
 * Checks the configuration, and then the modules themselves: they are wired and taken down again, which opens no port and touches no disk but
 * for the files that the configuration names.
 */
export async function validateCommand(files: readonly string[], io: CliIo): Promise<number> {
  const planned = await plan(files, io);
  if (planned.problems.length > 0) {
    io.stderr.write(reportProblems(planned.problems));
    return 1;
  }
  try {
    await createHost(hostOptions(planned, io, () => undefined)).check();
  } catch (error) {
    io.stderr.write(reportBootFailure(error, planned, io.cwd));
    return 1;
  }
  io.stdout.write(`The configuration is valid: ${planned.assembly.modules.length} modules.\n`);
  return 0;
}
