// Everything that must hold: the build with its type check, lint and format, and all tests; arguments are passed on to Jest. All of it
// is run even when something fails, and the last line says what did.
import { build, run } from './build.mjs';
import { ROOT } from './run.mjs';

const began = performance.now();
const failed = [];

await build({
  onError: (error) => {
    process.stderr.write(`${error.message.trimEnd()}\n`);
    failed.push('build and types');
  },
});
if ((await run(process.execPath, ['node_modules/@biomejs/biome/bin/biome', 'check', '.'])) !== 0) failed.push('lint');
const jest = ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning', 'node_modules/jest/bin/jest.js', '--rootDir', ROOT];
if ((await run(process.execPath, [...jest, ...process.argv.slice(2)])) !== 0) failed.push('tests');

const seconds = ((performance.now() - began) / 1000).toFixed(0);
console.log(
  failed.length === 0 ? `passed: build, types, lint and tests, in ${seconds} s` : `FAILED: ${failed.join(', ')}, after ${seconds} s`,
);
process.exitCode = failed.length === 0 ? 0 : 1;
