import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';

/** Runs in the other process: what importing changed, one line each. */
const PROBE = `
const facts = () => ({
  resources: process.getActiveResourcesInfo().filter((kind) => !/PipeWrap|TTYWRAP|FSReq|Immediate|TickObject/i.test(kind)).sort().join(),
  globals: Object.getOwnPropertyNames(globalThis).sort().join(),
  listeners: process.eventNames().map((name) => String(name) + process.listenerCount(name)).sort().join(),
  env: JSON.stringify(process.env),
  cwd: process.cwd(),
});
await import(process.argv[1].replace(/[^/]*$/, 'absent')).catch(() => undefined);
const before = facts();
await import(process.argv[1]);
await new Promise((done) => setImmediate(done));
const after = facts();
for (const key of Object.keys(before)) if (before[key] !== after[key]) console.log('CHANGED ' + key + ': ' + before[key].slice(0, 300) + ' -> ' + after[key].slice(0, 300));
`;
const LONGEST_MS = 20_000;

/** Imports a built module in a process of its own, which must then be as it was, and end by itself. */
export async function checkImport(entry: URL): Promise<void> {
  const given: unknown = entry;
  if (!(given instanceof URL) || given.protocol !== 'file:') {
    assert.fail(`entry must be the URL of a file, such as new URL('../dist/index.js', import.meta.url) (got ${JSON.stringify(given)})`);
  }
  const child = spawn(process.execPath, ['--input-type=module', '-e', PROBE, '--', entry.href], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {},
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (part) => {
      output = (output + String(part)).slice(0, 10_000);
    });
  }
  const timer = setTimeout(() => child.kill('SIGKILL'), LONGEST_MS);
  const [code, signal] = (await once(child, 'close')) as [number | null, string | null];
  clearTimeout(timer);
  assert.equal(
    signal,
    null,
    `a process that imported ${entry.href} did not end by itself within ${LONGEST_MS / 1000} s: importing left something open`,
  );
  assert.equal(code, 0, `importing ${entry.href} failed: ${output}`);
  assert.equal(output, '', `importing ${entry.href} has side effects: ${output}`);
}
