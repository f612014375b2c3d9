// Runs other programs from the repository's root.
import { spawn } from 'node:child_process';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));

/**
 * Runs a program on this terminal and passes signals on to it. Resolves with its exit code, which also becomes that of this process
 * when it is not 0.
 */
export async function run(command, args, options = {}) {
  const child = spawn(command, args, { cwd: ROOT, stdio: 'inherit', ...options });
  const forward = (signal) => void child.kill(signal);
  for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, forward);
  try {
    const code = await exitOf(child);
    if (code !== 0) process.exitCode = code;
    return code;
  } finally {
    for (const signal of ['SIGINT', 'SIGTERM']) process.off(signal, forward);
  }
}

/** Runs a program silently; when it fails, its output becomes the message of the error. */
export async function runQuietly(what, command, args, options = {}) {
  const child = spawn(command, args, { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'], ...options });
  const output = [];
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (part) => output.push(part));
  const code = await exitOf(child);
  if (code !== 0) throw new BuildError(`${what} failed (exit code ${code})\n${Buffer.concat(output).toString('utf8')}`);
}

/** A step of the build failed; the message says all there is to say. */
export class BuildError extends Error {}

const SIGNAL_NUMBERS = { SIGINT: 2, SIGKILL: 9, SIGTERM: 15 };

function exitOf(child) {
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => resolve(code ?? 128 + (SIGNAL_NUMBERS[signal] ?? 1)));
  });
}
