import { abort, argumentOf, bodyOf } from './command-parts.js';
import type { Commands, CompileCommand } from './compile-script.js';
import { LalMistake } from './lal-error.js';
import { textOf } from './values.js';

const MAX_ID = 512;

/** `rateLimit("id") { rpm 10 }`: at most so many logs of one id in a minute. */
const rateLimit: CompileCommand = (command, block) => {
  const [id] = command.args;
  if (id === undefined || command.args.length > 1 || command.body === null)
    throw new LalMistake(command.at, 'rateLimit takes an id and a block: rateLimit("id") { rpm 60 }');
  const evaluate = block.expression(id);
  let perMinute: number | undefined;
  for (const setting of command.body) {
    const value = setting.kind === 'command' && setting.name === 'rpm' ? argumentOf(setting) : undefined;
    if (value?.kind !== 'literal' || typeof value.value !== 'number' || !Number.isInteger(value.value))
      throw new LalMistake(setting.at, 'rateLimit knows only rpm, a whole number of logs per minute');
    perMinute = value.value;
  }
  if (perMinute === undefined) throw new LalMistake(command.at, 'rateLimit needs rpm, the logs per minute');
  const most = perMinute;
  return (run) => {
    run.decision = run.tools.allows(textOf(evaluate(run)).slice(0, MAX_ID), most) ? 'keep' : 'drop';
    return true;
  };
};

const possibility: CompileCommand = (command) => {
  throw new LalMistake(command.at, 'there is no possibility sampler; use rateLimit("id") { rpm 60 }');
};

const SAMPLER: Commands = {
  name: 'sampler',
  known: new Map([
    ['rateLimit', rateLimit],
    ['possibility', possibility],
    ['abort', abort],
  ]),
};

const decide =
  (decision: 'keep' | 'drop'): CompileCommand =>
  (command) => {
    if (bodyOf(command).length > 0) throw new LalMistake(command.at, `${command.name} takes an empty block: ${command.name} {}`);
    return (run) => {
      run.decision = decision;
      return true;
    };
  };

export const SINK: Commands = {
  name: 'sink',
  known: new Map<string, CompileCommand>([
    ['sampler', (command, block) => block.block(bodyOf(command), SAMPLER, command.at)],
    ['enforcer', decide('keep')],
    ['dropper', decide('drop')],
    ['abort', abort],
  ]),
};
