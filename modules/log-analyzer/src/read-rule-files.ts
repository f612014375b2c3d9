import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { LogRuleFile } from '@skein/telemetry';

/** Reads the operator's files. Throws one error that names all files that cannot be read. */
export function readRuleFiles(files: readonly string[]): readonly LogRuleFile[] {
  const problems: string[] = [];
  const read: LogRuleFile[] = [];
  for (const file of files) {
    try {
      read.push({ file, text: readFileSync(resolve(file), 'utf8') });
    } catch (cause) {
      const reason = (cause as NodeJS.ErrnoException).code === 'ENOENT' ? 'there is no such file' : String(cause);
      problems.push(`modules.log-analyzer.rules: cannot read ${file} (looked at ${resolve(file)}): ${reason}`);
    }
  }
  if (problems.length > 0) throw new Error(problems.join('\n'));
  return read;
}
