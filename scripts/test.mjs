// Everything that must hold: the build with its type check, lint and format, and all tests; arguments are passed on to Jest. All of it
// is run even when something fails, and the last line says what did. Only the suite with a real browser is left out where there is none,
// which the last lines then say; SKEIN_REQUIRE_CHROMIUM=1 makes that a failure.
import { build, run } from './build.mjs';
import { chromiumSuite } from './chromium.mjs';
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
const { leftOut, notice, missing } = chromiumSuite();
// Naming patterns replaces the usual ones.
const ignored = leftOut.length === 0 ? [] : ['--testPathIgnorePatterns', '/node_modules/', ...leftOut];
if ((await run(process.execPath, [...jest, ...process.argv.slice(2), ...ignored])) !== 0) failed.push('tests');
if (missing) failed.push('Chromium');

if (notice !== undefined) process.stderr.write(`\n${'!'.repeat(20)} ${notice}\n\n`);
const seconds = ((performance.now() - began) / 1000).toFixed(0);
console.log(
  failed.length === 0
    ? `passed: build, types, lint and tests${leftOut.length === 0 ? '' : ' but the suite named above'}, in ${seconds} s`
    : `FAILED: ${failed.join(', ')}, after ${seconds} s`,
);
process.exitCode = failed.length === 0 ? 0 : 1;
