// Installs, generates and compiles what is stale, and nothing else. Needs only Node.js and npm; a run with nothing to do takes some
// tens of milliseconds. `node scripts/build.mjs` builds; other scripts import `build`.
import { chmodSync, existsSync, readFileSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { filesBelow, hashOf, Stamp, workspaces } from './freshness.mjs';
import { BuildError, ROOT, run, runQuietly } from './run.mjs';

export { run };

const at = (path) => join(ROOT, path);

/**
 * Makes the build fresh; prints a line for each step that has something to do. When a step fails, prints why and ends the process
 * with exit code 1, unless `onError` does something else.
 */
export async function build({ onError = endProcess } = {}) {
  try {
    requireNode();
    const stamp = new Stamp(ROOT);
    await install(stamp);
    const folders = workspaces(ROOT);
    for (const folder of folders) await generate(stamp, folder);
    await compile(stamp, folders);
  } catch (error) {
    if (!(error instanceof BuildError)) throw error;
    onError(error);
  }
}

function endProcess(error) {
  process.stderr.write(`${error.message.trimEnd()}\n`);
  process.exit(1);
}

function requireNode() {
  const { engines } = JSON.parse(readFileSync(at('package.json'), 'utf8'));
  const needed = /\d+\.\d+/.exec(engines.node)[0];
  const [major, minor] = process.versions.node.split('.').map(Number);
  const [neededMajor, neededMinor] = needed.split('.').map(Number);
  if (major > neededMajor || (major === neededMajor && minor >= neededMinor)) return;
  throw new BuildError(`Skein needs Node.js ${needed} or newer; this is ${process.versions.node}. Get one at https://nodejs.org`);
}

/** npm leaves `node_modules/.package-lock.json` behind when it is done. */
const INSTALLED = 'node_modules/.package-lock.json';

async function install(stamp) {
  const manifests = ['package.json', 'package-lock.json', ...workspaces(ROOT).map((folder) => `${folder}/package.json`)];
  const hash = () => hashOf(ROOT, manifests.map(at));
  const before = hash();
  if (stamp.isFresh('install', before, [INSTALLED])) return;
  // Installed by hand, and nothing has changed since.
  const unknown = stamp.steps.install === undefined && existsSync(at(INSTALLED));
  if (unknown && manifests.every((file) => changedAt(file) <= changedAt(INSTALLED))) return stamp.done('install', before);
  await step('installing packages', () =>
    runQuietly('npm install', 'npm', ['install', '--no-fund', '--no-audit', '--loglevel=error'], { shell: process.platform === 'win32' }),
  );
  stamp.done('install', hash());
}

const changedAt = (file) => statSync(at(file)).mtimeMs;

/** A package with a generate.mjs writes its gen/ from its .proto and .pegjs files. */
async function generate(stamp, folder) {
  const script = `${folder}/generate.mjs`;
  if (!existsSync(at(script))) return;
  const hash = hashOf(ROOT, [
    at(script),
    at('scripts/generate-parsers.mjs'),
    ...filesBelow(at(folder), (name) => /\.(proto|pegjs)$/.test(name)),
  ]);
  if (stamp.isFresh(`generate ${folder}`, hash, [`${folder}/gen`])) return;
  await step(`generating ${folder}/gen`, () => runQuietly(script, process.execPath, [at(script)], { cwd: at(folder) }));
  stamp.done(`generate ${folder}`, hash);
}

async function compile(stamp, folders) {
  const sources = folders.flatMap((folder) => [
    at(`${folder}/tsconfig.json`),
    ...filesBelow(at(`${folder}/src`), (name) => name.endsWith('.ts')),
    ...filesBelow(at(`${folder}/gen`), (name) => name.endsWith('.d.ts')),
  ]);
  const hash = hashOf(ROOT, [at('tsconfig.json'), at('tsconfig.base.json'), at('package-lock.json'), ...sources]);
  const outputs = folders.filter((folder) => existsSync(at(`${folder}/tsconfig.json`))).map((folder) => `${folder}/dist/.tsbuildinfo`);
  if (stamp.isFresh('compile', hash, outputs)) return;
  await step('compiling', () =>
    runQuietly('the compiler', process.execPath, [at('node_modules/typescript/bin/tsc'), '-b', '--pretty', 'false']),
  );
  linkCommand();
  stamp.done('compile', hash);
}

/** Makes `npx skein` work: npm links a command when it installs, and then there is nothing yet to link to. */
function linkCommand() {
  if (process.platform === 'win32') return;
  chmodSync(at('core/kernel/dist/cli/main.js'), 0o755);
  const link = at('node_modules/.bin/skein');
  rmSync(link, { force: true });
  symlinkSync('../@skein/core/dist/cli/main.js', link);
}

async function step(what, work) {
  const began = performance.now();
  process.stderr.write(`${what} ...`);
  try {
    await work();
    process.stderr.write(` ${((performance.now() - began) / 1000).toFixed(1)} s\n`);
  } catch (error) {
    process.stderr.write(' failed\n');
    throw error;
  }
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) await build();
