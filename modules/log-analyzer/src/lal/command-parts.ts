import type { CompileCommand } from './compile-script.js';
import { LalMistake } from './lal-error.js';
import type { Command, Expression, Statement } from './syntax-tree.js';

/** A command that takes a block and nothing else. Throws {@link LalMistake}. */
export function bodyOf(command: Command): readonly Statement[] {
  if (command.body === null || command.args.length > 0 || command.pairs.length > 0)
    throw new LalMistake(command.at, `${command.name} takes a block: ${command.name} { ... }`);
  return command.body;
}

/** A command that takes one value and nothing else. Throws {@link LalMistake}. */
export function argumentOf(command: Command, most = 1): Expression {
  const [value] = command.args;
  if (value === undefined || command.args.length > most || command.pairs.length > 0 || command.body !== null)
    throw new LalMistake(command.at, `${command.name} takes one value: ${command.name} parsed.a as String`);
  return value;
}

/** Ends the rule for this log: nothing is kept. */
export const abort: CompileCommand = (command) => {
  if (command.args.length > 0 || command.pairs.length > 0 || (command.body?.length ?? 0) > 0)
    throw new LalMistake(command.at, 'abort takes nothing: abort {}');
  return () => false;
};
