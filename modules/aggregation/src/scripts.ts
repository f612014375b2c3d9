import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Contributed } from '@skein/core';
import type { OalScript } from '@skein/telemetry';
import { type CompiledOal, type CompileOptions, compileOal, formatOalProblem } from '@skein/telemetry/oal';

export interface UserScripts {
  /** Paths of files, relative to the working directory. */
  readonly scripts: readonly string[];
  /** A script written in the configuration itself. */
  readonly oal: string;
}

/** The scripts of the configuration. Throws when a file cannot be read. */
export function readUserScripts(user: UserScripts): OalScript[] {
  const files = user.scripts.map((file) => ({ file, text: readScript(file) }));
  return user.oal.trim() === '' ? files : [...files, { file: 'modules.aggregation.oal', text: user.oal }];
}

/** Scripts under the name of the module that brought them, so that a mistake leads there. */
export const namedAfterModules = (scripts: readonly Contributed<OalScript>[]): OalScript[] =>
  scripts.map(({ module, value: { file, text } }) => ({ file: `${module}/${file}`, text }));

function readScript(file: string): string {
  try {
    return readFileSync(resolve(file), 'utf8');
  } catch (cause) {
    const reason = (cause as NodeJS.ErrnoException).code === 'ENOENT' ? 'there is no such file' : String(cause);
    throw new Error(`modules.aggregation.scripts: cannot read ${file} (looked at ${resolve(file)}): ${reason}`, { cause });
  }
}

/** Compiles, or throws one error with every mistake of every script. */
export function compileAll(options: CompileOptions): CompiledOal {
  const compiled = compileOal(options);
  if (compiled.problems.length === 0) return compiled;
  const count = compiled.problems.length === 1 ? 'a mistake' : `${compiled.problems.length} mistakes`;
  throw new Error(`the OAL scripts have ${count}:\n${compiled.problems.map(formatOalProblem).join('\n')}`);
}

/** Names must differ; a value that two modules contribute counts once. Throws naming both modules. */
export function distinct<T extends { readonly name: string }>(contributed: readonly Contributed<T>[], what: string): T[] {
  const byName = new Map<string, Contributed<T>>();
  for (const entry of contributed) {
    const first = byName.get(entry.value.name);
    if (first !== undefined && first.value !== entry.value) {
      throw new Error(`${what} "${entry.value.name}" is defined by both ${first.module} and ${entry.module}`);
    }
    byName.set(entry.value.name, entry);
  }
  return [...byName.values()].map(({ value }) => value);
}
