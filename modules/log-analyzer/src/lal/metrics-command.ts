import { argumentOf, bodyOf } from './command-parts.js';
import type { Evaluate } from './compile-expression.js';
import type { CompileCommand } from './compile-script.js';
import { LalMistake } from './lal-error.js';
import { instantOf } from './time-format.js';
import { numberOf, textOf } from './values.js';

/** `metrics { name ..; timestamp ..; labels a: x; value .. }`: one sample for the meter rules. */
export const metrics: CompileCommand = (command, block) => {
  const settings = new Map<string, Evaluate>();
  const labels: [name: string, value: Evaluate][] = [];
  for (const setting of bodyOf(command)) {
    if (setting.kind !== 'command' || !['name', 'timestamp', 'labels', 'value'].includes(setting.name))
      throw new LalMistake(setting.at, 'metrics knows only name, timestamp, labels and value');
    if (setting.name === 'labels') for (const { key, value } of setting.pairs) labels.push([key, block.expression(value)]);
    else settings.set(setting.name, block.expression(argumentOf(setting)));
  }
  const [name, value, timestamp] = [settings.get('name'), settings.get('value'), settings.get('timestamp')];
  if (name === undefined || value === undefined) throw new LalMistake(command.at, 'metrics needs a name and a value');
  return (run) => {
    const time = timestamp?.(run) ?? null;
    run.addMetric({
      name: textOf(name(run)),
      labels: new Map(labels.map(([label, of]) => [label, textOf(of(run) ?? '')])),
      value: numberOf(value(run)),
      timestamp: (time === null ? run.timestamp : instantOf(time)) || run.tools.now(),
    });
    return true;
  };
};
