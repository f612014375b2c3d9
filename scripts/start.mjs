// Builds what is stale, then runs `skein start` in this process, so that signals reach it directly; arguments are passed on.
import { build } from './build.mjs';

await build();
if (process.env.npm_lifecycle_event !== undefined) stopWithShell(process.ppid);
process.argv.splice(2, 0, 'start');
await import('../core/kernel/dist/cli/main.js');

/** npm runs scripts in a shell, and a shell that is told to end goes without telling us. */
function stopWithShell(shell) {
  const timer = setInterval(() => {
    if (process.ppid === shell) return;
    clearInterval(timer);
    process.kill(process.pid, 'SIGTERM');
  }, 500);
  timer.unref();
}
