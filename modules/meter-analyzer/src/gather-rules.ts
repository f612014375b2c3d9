import { readFileSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { type Contributed, nearest } from '@skein/core';
import type { MeterRuleFile } from '@skein/telemetry';
import type { MeterAnalyzerConfig } from './config.js';
import { AGENT_RULES } from './rules/agent-rules.js';

/** A file longer than this is none of rules, bytes. */
const LONGEST = 8 * 1024 * 1024;

/**
 * The rules of agents that are active, those of other modules, then those of the operator. Throws one error with all files that there are not.
 */
export function gatherRules(contributed: readonly Contributed<MeterRuleFile>[], config: MeterAnalyzerConfig): readonly MeterRuleFile[] {
  const mistakes: string[] = [];
  const attempt = (make: () => MeterRuleFile): MeterRuleFile[] => {
    try {
      return [make()];
    } catch (error) {
      mistakes.push((error as Error).message);
      return [];
    }
  };
  const own = [...new Set(config.meterAnalyzerActiveFiles)].flatMap((name) => attempt(() => agentRules(name)));
  // The module's name, so that a mistake in a rule leads to whoever brought it.
  const brought = contributed.map(({ module, value }) => ({ ...value, file: `${module}/${value.file}` }));
  const files = Object.entries(config.rules).flatMap(([group, paths]) =>
    paths.flatMap((path) => attempt(() => ({ group, file: path, text: readRules(group, path) }))),
  );
  if (mistakes.length > 0) throw new Error(mistakes.join('\n'));
  return [...own, ...brought, ...files];
}

function agentRules(name: string): MeterRuleFile {
  const text = AGENT_RULES.get(name);
  if (text !== undefined) return { group: 'agent', file: `meter-analyzer/${name}.yaml`, text };
  const near = nearest(name, AGENT_RULES.keys());
  throw new Error(
    `meterAnalyzerActiveFiles: there is no "${name}"${near === undefined ? `; there are ${[...AGENT_RULES.keys()].join(', ')}` : `; did you mean "${near}"?`}`,
  );
}

function readRules(group: string, path: string): string {
  try {
    const { size } = statSync(resolve(path));
    if (size > LONGEST) throw new Error(`it is longer than ${LONGEST} bytes`);
    return readFileSync(resolve(path), 'utf8');
  } catch (cause) {
    const reason = (cause as NodeJS.ErrnoException).code === 'ENOENT' ? 'there is no such file' : (cause as Error).message;
    throw new Error(`rules.${group}: cannot read ${path} (looked at ${resolve(path)}): ${reason}`, { cause });
  }
}
