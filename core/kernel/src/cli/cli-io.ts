import type { Environment } from '../config/substitution.js';

/** Where text goes, such as a stream of the process. */
export interface TextOutput {
  write(text: string): unknown;
  readonly isTTY?: boolean;
}

/** The signals that stop the server in an orderly way. */
export type StopSignal = 'SIGINT' | 'SIGTERM';

/** Everything that the command line touches of its process, so that tests can run it in theirs. */
export interface CliIo {
  /** What was asked for. */
  readonly stdout: TextOutput;
  /** Logs, and what went wrong. */
  readonly stderr: TextOutput;
  readonly env: Environment;
  /** Absolute path; where `skein.yml` is looked for and relative paths start. */
  readonly cwd: string;
  /** Called for every signal to stop, until disposed. Default: no signal arrives. */
  readonly onSignal?: (listener: (signal: StopSignal) => void) => Disposable;
  /** Called for every error that nobody caught and every rejection that nobody handled, until disposed. Default: none arrives. */
  readonly onUncaught?: (listener: (error: unknown) => void) => Disposable;
  /** Milliseconds of a clock that only goes forward; default: that of the process. */
  readonly now?: () => number;
  /** Ends the process at once. Default: nothing happens. */
  readonly exit?: (code: number) => void;
  /** Imports the file or package that a module name stands for. Default: {@link importModule}. */
  readonly importModule?: (name: string, folder: string, cwd: string) => Promise<ImportedModule>;
}

/** A module's package as it was found. */
export interface ImportedModule {
  /** What it exports by default. */
  readonly definition: unknown;
  readonly file: string;
  /** Of its package.json, where there is one. */
  readonly version?: string;
  readonly description?: string;
  /** The range of hosts that it says it works with: `engines.skein`. */
  readonly host?: string;
}
