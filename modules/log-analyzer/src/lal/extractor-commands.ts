import { abort, argumentOf, bodyOf } from './command-parts.js';
import { literalText } from './compile-expression.js';
import type { BlockCompiler, Commands, CompileCommand, Run } from './compile-script.js';
import { LalMistake, RuleError } from './lal-error.js';
import { metrics } from './metrics-command.js';
import { SAMPLED_TRACE_FIELDS, SLOW_SQL_FIELDS } from './output-fields.js';
import type { RuleRun } from './rule-run.js';
import type { Command } from './syntax-tree.js';
import { compileTimeFormat, instantOf } from './time-format.js';
import { numberOf, textOf, type Value } from './values.js';

/** Sets something from a value; nothing and empty texts set nothing, so that the log's own stays. */
const setter =
  (set: (run: RuleRun, value: Exclude<Value, null>) => void): CompileCommand =>
  (command: Command, block: BlockCompiler): Run => {
    const evaluate = block.expression(argumentOf(command));
    return (run) => {
      const value = evaluate(run);
      if (value !== null && value !== '') set(run, value);
      return true;
    };
  };

const timestamp: CompileCommand = (command, block) => {
  const evaluate = block.expression(argumentOf(command, 2));
  const format = command.args[1];
  const read = format && compileTimeFormat(literalText(format, command.at, 'a time format'), format.at);
  return (run) => {
    const value = evaluate(run);
    if (value === null || value === '') return true;
    const instant = read === undefined ? instantOf(value) : read(textOf(value), run.tools.zone);
    if (instant === undefined) throw new RuleError('no-time', `"${textOf(value).slice(0, 60)}" does not fit the time format`);
    run.timestamp = instant;
    return true;
  };
};

const tag: CompileCommand = (command, block) => {
  if (command.pairs.length === 0 || command.body !== null) throw new LalMistake(command.at, "tag takes pairs: tag 'level': parsed.level");
  const pairs = command.pairs.map(({ key, value }) => ({ key, value: block.expression(value) }));
  return (run) => {
    for (const { key, value } of pairs) run.addTag(key, value(run));
    return true;
  };
};

const text = (field: 'service' | 'instance' | 'endpoint' | 'traceId' | 'segmentId'): CompileCommand =>
  setter((run, value) => {
    run[field] = textOf(value);
  });

function setSpan(run: RuleRun, value: Value): void {
  run.spanId = Math.trunc(numberOf(value));
}

function setLayer(run: RuleRun, value: Value): void {
  const name = textOf(value);
  if (!run.tools.isLayer(name)) throw new RuleError('unknown-layer', `there is no layer "${name.slice(0, 60)}"`);
  run.layer = name;
}

/** A block of output fields inside an extractor, as older rules write slow statements and sampled traces. */
const fieldsBlock = (fields: ReadonlySet<string>, begin: (run: RuleRun) => Map<string, Value>): CompileCommand => {
  const known = new Map<string, CompileCommand>([['abort', abort]]);
  for (const name of fields) {
    known.set(name, (command, block) => {
      const evaluate = block.expression(argumentOf(command));
      return (run) => {
        begin(run).set(name, evaluate(run));
        return true;
      };
    });
  }
  return (command, block) => block.block(bodyOf(command), { name: command.name, known }, command.at);
};

const output: CompileCommand = (command, block) => {
  const evaluate = block.expression(argumentOf(command));
  const { name } = command;
  return (run) => {
    run.setOutput(name, evaluate(run));
    return true;
  };
};

export const EXTRACTOR: Commands = {
  name: 'extractor',
  known: new Map<string, CompileCommand>([
    ['service', text('service')],
    ['instance', text('instance')],
    ['endpoint', text('endpoint')],
    ['layer', setter(setLayer)],
    ['traceId', text('traceId')],
    ['segmentId', text('segmentId')],
    ['spanId', setter(setSpan)],
    ['timestamp', timestamp],
    ['tag', tag],
    ['metrics', metrics],
    ['slowSql', fieldsBlock(SLOW_SQL_FIELDS, (run) => (run.slowSql ??= new Map()))],
    ['sampledTrace', fieldsBlock(SAMPLED_TRACE_FIELDS, (run) => (run.sampledTrace ??= new Map()))],
    ['abort', abort],
  ]),
  output,
};
