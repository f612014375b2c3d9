import { nearest } from '@skein/core';
import { LalMistake } from './lal-error.js';
import type { RuleRun } from './rule-run.js';
import type { Step } from './syntax-tree.js';
import type { Value } from './values.js';

type Read = (run: RuleRun) => Value;

const content =
  (format: 'text' | 'json' | 'yaml'): Read =>
  (run) =>
    run.body.format === format ? run.body.content : '';

/** What `log` has, by path. Names and times are those that the rule has given the log, if it has. */
const MEMBERS: ReadonlyMap<string, Read> = new Map<string, Read>([
  ['service', (run) => run.service],
  ['serviceInstance', (run) => run.instance],
  ['endpoint', (run) => run.endpoint],
  ['layer', (run) => run.layer],
  ['timestamp', (run) => run.timestamp],
  ['traceContext.traceId', (run) => run.traceId],
  ['traceContext.traceSegmentId', (run) => run.segmentId],
  ['traceContext.spanId', (run) => run.spanId],
  ['body.type', (run) => run.log.type],
  ['body.text.text', content('text')],
  ['body.json.json', content('json')],
  ['body.yaml.yaml', content('yaml')],
]);
const DEEPEST = 3;

/** The longest path of a log's members that the steps begin with, and how many steps it takes. Throws {@link LalMistake}. */
export function logMember(steps: readonly Step[], at: number): { readonly read: Read; readonly steps: number } {
  const names: string[] = [];
  for (const step of steps.slice(0, DEEPEST)) {
    if (step.kind !== 'member') break;
    names.push(step.name);
    const read = MEMBERS.get(names.join('.'));
    if (read !== undefined) return { read, steps: names.length };
  }
  const path = names.join('.');
  const near = nearest(path, [...MEMBERS.keys()]);
  const hint = near === undefined ? `; known: ${[...MEMBERS.keys()].join(', ')}` : `; did you mean "log.${near}"?`;
  throw new LalMistake(steps[0]?.at ?? at, `log has no "${path.slice(0, 60)}"${hint}`);
}
