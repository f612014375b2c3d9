#!/usr/bin/env node
import { runCli } from './run-cli.js';

process.exitCode = await runCli(process.argv.slice(2), {
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
  exit: (code) => process.exit(code),
});
