import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, test } from '@jest/globals';
import { DIE_WITH_PARENT } from './die-with-parent.js';

const CHILD = `setInterval(() => undefined, 1000); process.stdout.write(process.pid + '\\n');`;
const PARENT = `
const execArgv = [...JSON.parse(process.env.FLAGS), '-e'];
require('node:child_process').fork(process.env.CHILD, [], { execArgv, stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
setInterval(() => undefined, 1000);
`;

test('a process that would run for ever ends when its parent is killed', async () => {
  const parent = spawn(process.execPath, ['-e', PARENT], { env: { ...process.env, FLAGS: JSON.stringify(DIE_WITH_PARENT), CHILD } });
  const closed = once(parent, 'close');
  const [pid] = await once(parent.stdout, 'data');
  try {
    parent.kill('SIGKILL');
    // The child holds the same pipes, so they close when both are gone.
    expect(await closed).toEqual([null, 'SIGKILL']);
  } finally {
    killIfAlive(Number(pid));
  }
});

test('a process with nothing left to do ends by itself', async () => {
  const child = spawn(process.execPath, [...DIE_WITH_PARENT, '-e', ''], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
  expect(await once(child, 'exit')).toEqual([0, null]);
});

function killIfAlive(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
