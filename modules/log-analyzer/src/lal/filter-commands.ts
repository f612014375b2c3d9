import { abort, argumentOf, bodyOf } from './command-parts.js';
import { literalPattern } from './compile-expression.js';
import type { BlockCompiler, Commands, CompileCommand, Run } from './compile-script.js';
import { EXTRACTOR } from './extractor-commands.js';
import { LalMistake } from './lal-error.js';
import type { RuleRun } from './rule-run.js';
import { SINK } from './sink-commands.js';
import type { Command, Expression } from './syntax-tree.js';
import type { Value } from './values.js';

interface ParserSettings {
  abortOnFailure: boolean;
  regexp: Expression | undefined;
}

/** The settings in a parser's block. Throws {@link LalMistake}. */
function settingsOf(command: Command, known: readonly string[]): ParserSettings {
  const settings: ParserSettings = { abortOnFailure: true, regexp: undefined };
  for (const setting of bodyOf(command)) {
    if (setting.kind !== 'command' || !known.includes(setting.name))
      throw new LalMistake(setting.at, `${command.name} knows only ${known.join(' and ')}`);
    const value = argumentOf(setting);
    if (setting.name === 'regexp') settings.regexp = value;
    else if (value.kind === 'literal' && typeof value.value === 'boolean') settings.abortOnFailure = value.value;
    else throw new LalMistake(value.at, 'abortOnFailure is true or false');
  }
  return settings;
}

/** `read`: what is parsed; null when the log is not of this form. */
const parser =
  (read: (run: RuleRun) => Value, { abortOnFailure }: ParserSettings): Run =>
  (run) => {
    const parsed = read(run);
    if (parsed === null) return !abortOnFailure;
    run.parsed = parsed;
    return true;
  };

const json: CompileCommand = (command) =>
  parser(
    (run) => {
      const parsed = run.content.json;
      if (parsed !== null && run.body.format === 'text') run.body = { format: 'json', content: run.body.content };
      return parsed;
    },
    settingsOf(command, ['abortOnFailure']),
  );

const yaml: CompileCommand = (command) => parser((run) => run.content.yaml, settingsOf(command, ['abortOnFailure']));

const text: CompileCommand = (command) => {
  const settings = settingsOf(command, ['regexp', 'abortOnFailure']);
  if (settings.regexp === undefined) return () => true;
  const pattern = literalPattern(settings.regexp, command.at);
  return parser((run) => (run.log.body.format === 'text' ? (pattern.groups(run.log.body.content) ?? null) : null), settings);
};

const block =
  (commands: Commands, before?: (run: RuleRun) => void): CompileCommand =>
  (command: Command, compiler: BlockCompiler) => {
    const body = compiler.block(bodyOf(command), commands, command.at);
    if (before === undefined) return body;
    return (run) => {
      before(run);
      return body(run);
    };
  };

/** An empty sink keeps the log. */
function beginSink(run: RuleRun): void {
  if (run.decision === 'none') run.decision = 'keep';
}

const INSIDE: Commands = {
  name: 'filter',
  known: new Map<string, CompileCommand>([
    ['json', json],
    ['yaml', yaml],
    ['text', text],
    ['extractor', block(EXTRACTOR)],
    ['sink', block(SINK, beginSink)],
    ['abort', abort],
  ]),
};

/** What a script holds. */
export const FILTER: Commands = { name: 'a rule', known: new Map([['filter', block(INSIDE)]]) };
