// Builds what is stale, then runs the demo; arguments are passed on.
import { build, run } from './build.mjs';

await build();
await run(process.execPath, ['examples/shop/demo/main.mjs', ...process.argv.slice(2)]);
