import { Command, CommanderError } from 'commander';
import { VERSION } from '../version.js';
import { assemble } from './assemble.js';
import type { CliIo } from './cli-io.js';
import { configSchema } from './config-schema.js';
import { explain } from './explain.js';
import { graphCommand } from './graph-command.js';
import { modulesCommand } from './modules-command.js';
import { plan } from './plan.js';
import { reportProblems } from './report.js';
import { startCommand } from './start-command.js';
import { validateCommand } from './validate-command.js';

/**
 * Runs one command line, without the program's name, and resolves with the exit code: 0 done, 1 it failed, 2 it was called wrongly.
 * `start` resolves after the server has stopped.
 */
export async function runCli(argv: readonly string[], io: CliIo): Promise<number> {
  let code = 0;
  const program = createProgram(io, (result) => {
    code = result;
  });
  try {
    await program.parseAsync([...argv], { from: 'user' });
    return code;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    throw error;
  }
}

function createProgram(io: CliIo, done: (code: number) => void): Command {
  const program = new Command('skein')
    .description("An observability backend for Node.js that speaks SkyWalking's protocols")
    .version(VERSION)
    .exitOverride()
    .configureOutput({ writeOut: (text) => io.stdout.write(text), writeErr: (text) => io.stderr.write(text) })
    .showHelpAfterError('(skein --help shows what there is)');
  withFiles(program.command('start', { isDefault: false }).description('run the server until it is told to stop')).action(
    async ({ config }) => done(await startCommand(config, io)),
  );
  withFiles(program.command('validate').description('check the configuration and the modules, and start nothing')).action(
    async ({ config }) => done(await validateCommand(config, io)),
  );
  withFiles(program.command('modules').description('list the modules that are switched on'))
    .option('--json', 'with all that they declare, as JSON')
    .action(async ({ config, json }) => done(await modulesCommand(config, { json }, io)));
  withFiles(program.command('graph').description('show which module waits for which, and why'))
    .option('--mermaid', 'as a Mermaid flow chart')
    .action(async ({ config, mermaid }) => done(await graphCommand(config, { mermaid }, io)));
  const config = program.command('config').description('look at the configuration');
  withFiles(config.command('schema').description('print the JSON Schema of a configuration file, for editors')).action(
    async ({ config: files }) => done(await schema(files, io)),
  );
  withFiles(
    config.command('explain').description('say what a setting is, where its value comes from and what it is for').argument('<key>'),
  ).action(async (key: string, { config: files }) => done(await explainCommand(key, files, io)));
  return program;
}

const withFiles = (command: Command): Command =>
  command.option(
    '-c, --config <file>',
    'configuration file; several are laid over each other, the last wins (default: skein.yml in this folder, if there is one)',
    (file: string, files: readonly string[]) => [...files, file],
    [] as readonly string[],
  );

async function schema(files: readonly string[], io: CliIo): Promise<number> {
  const { modules, problems } = await assemble(files, io);
  io.stdout.write(`${JSON.stringify(configSchema(modules), null, 2)}\n`);
  if (problems.length === 0) return 0;
  io.stderr.write(reportProblems(problems));
  return 1;
}

async function explainCommand(key: string, files: readonly string[], io: CliIo): Promise<number> {
  const result = explain(key, await plan(files, io));
  if ('text' in result) {
    io.stdout.write(result.text);
    return 0;
  }
  io.stderr.write(`${result.mistake}\n`);
  return 1;
}
