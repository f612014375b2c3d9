import { createHost } from '../host/skein-host.js';
import { BootError, type Host, type StopReport } from '../host/types.js';
import { VERSION } from '../version.js';
import type { CliIo, TextOutput } from './cli-io.js';
import { hostOptions, reportBootFailure } from './host-options.js';
import { type Plan, plan } from './plan.js';
import { reportProblems } from './report.js';
import { StopRequest } from './stop-request.js';
import { type Announcement, welcome, withPlaces } from './welcome.js';

/** How long after its own deadlines the host is given up. */
const GRACE_MS = 5_000;

/**
 * Runs the server until a signal stops it. The first signal drains, a second one ends the process at once. An error that nobody caught is
 * logged and stops it in the same way, with exit code 1.
 */
export async function startCommand(files: readonly string[], io: CliIo): Promise<number> {
  const began = performance.now();
  const planned = await plan(files, io);
  if (planned.problems.length > 0) {
    io.stderr.write(reportProblems(planned.problems));
    return 1;
  }
  const announcements: Announcement[] = [];
  const options = hostOptions(planned, io, (label, text) => void announcements.push({ label, text }));
  const host = createHost(options);
  const { drain, deactivate } = planned.assembly.config.host.deadlines;
  const stopping = new StopRequest(io, { host, logger: options.logger, longestMs: drain + deactivate + GRACE_MS });
  try {
    const failed = await start(host, stopping, planned, io);
    if (failed) return 1;
    if (!stopping.asked) io.stdout.write(welcome(VERSION, withPlaces(announcements, planned, io.cwd), performance.now() - began));
    const stored = reportStop(await stopping.report, io.stderr);
    return stored && !stopping.crashed ? 0 : 1;
  } finally {
    stopping[Symbol.dispose]();
  }
}

async function start(host: Host, stopping: StopRequest, planned: Plan, io: CliIo): Promise<boolean> {
  try {
    await host.start();
    return false;
  } catch (error) {
    // Being stopped while starting is no failure: it is what was asked for.
    if (stopping.asked && !(error instanceof BootError)) return false;
    io.stderr.write(reportBootFailure(error, planned, io.cwd));
    return true;
  }
}

/** Says how it ended; true: in order. */
function reportStop({ lost, problems }: StopReport, stderr: TextOutput): boolean {
  for (const { stream, items } of lost) stderr.write(`lost ${items} items of ${stream}: they were not handled in time\n`);
  for (const problem of problems) stderr.write(`${problem}\n`);
  const items = lost.reduce((sum, { items }) => sum + items, 0);
  if (items > 0) stderr.write(`stopped; ${items} items were lost\n`);
  else stderr.write(problems.length > 0 ? 'stopped; not everything could be closed in order\n' : 'stopped; everything was stored\n');
  return items === 0 && problems.length === 0;
}
