import { expect } from '@jest/globals';
import { type LogMessage, Zone } from '@skein/telemetry';
import { compileScript } from './compile-script.js';
import { LalMistake } from './lal-error.js';
import { LogContent } from './log-content.js';
import { OUTPUT_TYPES } from './output-fields.js';
import { parseScript } from './parse-script.js';
import { RuleRun } from './rule-run.js';

export const NOW = Date.UTC(2024, 0, 2, 3, 4);
export const log = (body: LogMessage['body'] | string, more: Partial<LogMessage> = {}): LogMessage => ({
  timestamp: NOW - 5,
  service: 'shop',
  serviceInstance: 'i-1',
  endpoint: '/cart',
  layer: 'GENERAL',
  type: 'plain',
  body: typeof body === 'string' ? { format: 'text', content: body } : body,
  trace: { traceId: 't', segmentId: 's', spanId: 2 },
  tags: [
    { key: 'level', value: 'INFO' },
    { key: 'LOG_KIND', value: 'SLOW_SQL' },
  ],
  source: new Map([['host', 'h-1']]),
  weight: 1,
  ...more,
});
export const json = (value: unknown): LogMessage['body'] => ({ format: 'json', content: JSON.stringify(value) });

export interface Limits {
  readonly zone?: string;
  readonly allows?: (id: string, perMinute: number) => boolean;
}

export function start(script: string, message: LogMessage, { zone = 'UTC', allows = () => true }: Limits = {}, outputType = 'Log') {
  const { run, mistakes } = compileScript(parseScript(script), OUTPUT_TYPES.get(outputType)!);
  expect(mistakes.map(({ message: text }) => text)).toEqual([]);
  const tools = { zone: new Zone(zone), now: () => NOW, allows, isLayer: (name: string) => ['GENERAL', 'MYSQL'].includes(name) };
  const state = new RuleRun(message, new LogContent(message), tools);
  return { state, ended: run(state) };
}
/** The value of an expression, as JSON has it. */
export function evaluated(expression: string, message: LogMessage = log(json({}))): unknown {
  const { state } = start(`filter { json { abortOnFailure false } def result = ${expression} }`, message);
  return state.variables[0];
}
export const mistakesOf = (script: string, outputType = 'Log'): string[] => {
  try {
    return compileScript(parseScript(script), OUTPUT_TYPES.get(outputType)!).mistakes.map(({ offset, message }) => `${offset} ${message}`);
  } catch (error) {
    if (!(error instanceof LalMistake)) throw error;
    return [`${error.offset} ${error.message}`];
  }
};
