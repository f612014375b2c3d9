// Builds what is stale, then runs the benchmark; arguments are passed on.
import { build, run } from './build.mjs';

await build();
await run(process.execPath, ['bench/dist/main.js', ...process.argv.slice(2)]);
