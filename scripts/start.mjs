// Builds what is stale, then runs `skein start` in this process, so that signals reach it directly; arguments are passed on.
import { build } from './build.mjs';

await build();
process.argv.splice(2, 0, 'start');
await import('../core/kernel/dist/cli/main.js');
