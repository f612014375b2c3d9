#!/usr/bin/env -S node --max-semi-space-size=64
// The flag: see server-flags.ts.
import { runCli } from './run-cli.js';

/** What a module left open may keep the process alive this long after everything is said and done. */
const LONGEST_FAREWELL_MS = 3000;

// Before any module is imported: GraphQL checks the class of everything it meets unless it is told so.
process.env.NODE_ENV ??= 'production';

// Whoever reads a part of the output only (`| head`) wants no more of it.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit();
  throw error;
});

const code = await runCli(process.argv.slice(2), {
  stdout: process.stdout,
  stderr: process.stderr,
  env: process.env,
  cwd: process.cwd(),
  onSignal: (listener) => {
    process.on('SIGINT', listener);
    process.on('SIGTERM', listener);
    return {
      [Symbol.dispose]: () => {
        process.off('SIGINT', listener);
        process.off('SIGTERM', listener);
      },
    };
  },
  onUncaught: (listener) => {
    process.on('uncaughtException', listener);
    process.on('unhandledRejection', listener);
    return {
      [Symbol.dispose]: () => {
        process.off('uncaughtException', listener);
        process.off('unhandledRejection', listener);
      },
    };
  },
  exit: (code) => process.exit(code),
});

process.exitCode = code;
setTimeout(() => process.exit(code), LONGEST_FAREWELL_MS).unref();
