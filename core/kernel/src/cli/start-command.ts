import { createHost } from '../host/skein-host.js';
import { BootError, type Host, type StopReport } from '../host/types.js';
import { VERSION } from '../version.js';
import type { CliIo, StopSignal, TextOutput } from './cli-io.js';
import { hostOptions, reportBootFailure } from './host-options.js';
import { type Plan, plan } from './plan.js';
import { reportProblems } from './report.js';
import { type Announcement, welcome, withPlaces } from './welcome.js';

/** A terminal sends Ctrl-C to npm and to this process, and npm passes it on: the same key press arrives twice. */
const SAME_SIGNAL_MS = 500;

/** Runs the server until a signal stops it. The first signal drains, a second one ends the process at once. */
export async function startCommand(files: readonly string[], io: CliIo): Promise<number> {
  const began = performance.now();
  const planned = await plan(files, io);
  if (planned.problems.length > 0) {
    io.stderr.write(reportProblems(planned.problems));
    return 1;
  }
  const announcements: Announcement[] = [];
  const host = createHost(hostOptions(planned, io, (label, text) => void announcements.push({ label, text })));
  const stopping = new StopRequest(host, io);
  try {
    const failed = await start(host, stopping, planned, io);
    if (failed) return 1;
    if (!stopping.asked) io.stdout.write(welcome(VERSION, withPlaces(announcements, planned, io.cwd), performance.now() - began));
    return reportStop(await stopping.report, io.stderr);
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
    io.stderr.write(reportBootFailure(error, planned));
    return true;
  }
}

/** Waits for the first signal and stops the host then. Keeps the process alive meanwhile, even when no module does. */
class StopRequest implements Disposable {
  readonly report: Promise<StopReport>;
  asked = false;
  #subscription: Disposable | undefined;
  readonly #alive = setInterval(() => undefined, 2 ** 30);

  constructor(host: Host, io: CliIo) {
    let since = 0;
    this.report = new Promise<StopSignal>((resolve) => {
      this.#subscription = io.onSignal?.((signal) => {
        const now = (io.now ?? (() => performance.now()))();
        if (this.asked) {
          if (now - since < SAME_SIGNAL_MS) return;
          io.stderr.write('stopped at once; what was in flight is not handled\n');
          io.exit?.(signal === 'SIGINT' ? 130 : 143);
          return;
        }
        this.asked = true;
        since = now;
        io.stderr.write('\nstopping: finishing what is in flight (again to stop at once)\n');
        resolve(signal);
      });
    }).then(() => host.stop());
  }

  [Symbol.dispose](): void {
    this.#subscription?.[Symbol.dispose]();
    clearInterval(this.#alive);
  }
}

function reportStop({ lost, problems }: StopReport, stderr: TextOutput): number {
  for (const { stream, items } of lost) stderr.write(`lost ${items} items of ${stream}: they were not handled in time\n`);
  for (const problem of problems) stderr.write(`${problem}\n`);
  return lost.length + problems.length === 0 ? 0 : 1;
}
