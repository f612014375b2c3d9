// Builds what is stale, then tries decoders and parsers with mutated input; arguments are passed on.
import { build, run } from './build.mjs';

await build();
process.exitCode = await run(process.execPath, ['--expose-gc', 'test/dist/fuzz/main.js', ...process.argv.slice(2)]);
