// Run after every change of package-lock.json. A registry mirror may not serve the optional packages of other platforms; the lock file
// written there lacks them, and `npm ci` refuses it elsewhere. This adds them, so that every platform installs its own.
import { readFileSync, writeFileSync } from 'node:fs';

const PLATFORM = /(android|darwin|linux|win32|freebsd|netbsd|openbsd|sunos|aix|openharmony|wasm32|wasi)/;
const CPU = /(arm64|x64|ia32|arm|riscv64|ppc64|s390x|loong64|mips64el|wasm32)/;

const lock = JSON.parse(readFileSync('package-lock.json', 'utf8'));

/** Whether `name` resolves from the package installed at `from`, as Node.js looks it up: in each enclosing node_modules. */
function resolves(from, name) {
  for (let at = from; ; at = at.replace(/(^|\/)node_modules\/(@[^/]+\/)?[^/]+$/, '')) {
    if (lock.packages[`${at === '' ? '' : `${at}/`}node_modules/${name}`] !== undefined) return true;
    if (at === '' || !at.includes('node_modules')) return lock.packages[`node_modules/${name}`] !== undefined;
  }
}

function placeholder(name, version, dev) {
  const platform = PLATFORM.exec(name);
  const cpu = CPU.exec(name.slice(platform?.index ?? 0));
  return {
    version: version.replace(/^[\^~]/, ''),
    ...(dev && { dev }),
    optional: true,
    ...(platform && { os: [platform[1]] }),
    ...(cpu && { cpu: [cpu[1]] }),
  };
}

let added = 0;
for (const [at, { optionalDependencies = {}, dev }] of Object.entries(lock.packages)) {
  for (const [name, version] of Object.entries(optionalDependencies)) {
    if (resolves(at, name)) continue;
    lock.packages[`node_modules/${name}`] = placeholder(name, version, dev);
    added++;
  }
}
if (added > 0) {
  lock.packages = Object.fromEntries(Object.entries(lock.packages).sort(([a], [b]) => (a < b ? -1 : 1)));
  writeFileSync('package-lock.json', `${JSON.stringify(lock, null, 2)}\n`);
}
process.stdout.write(`${added} packages added\n`);
