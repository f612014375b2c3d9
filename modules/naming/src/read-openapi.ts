import { readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { Problem } from '@skein/core/host';
import type { GroupingRules } from './grouping-rules.js';
import { YamlFile, type YamlPart } from './yaml-file.js';

const METHODS: ReadonlySet<string> = new Set(['get', 'post', 'put', 'delete', 'trace', 'options', 'head', 'patch']);
/** Folders below the directory that are searched. */
const LEVELS = 2;
const MOST_FILES = 2000;
const MOST_RULES = 100_000;

/**
 * Reads all OpenAPI definitions (2.0 or later, YAML) of a directory. The service is the name of a file's folder, unless the file says
 * `x-sw-service-name`. `formatService` cuts names as those of services are cut before they are looked up.
 */
export async function readOpenapi(
  directory: string,
  rules: GroupingRules,
  formatService: (name: string) => string,
  problems: Problem[],
): Promise<void> {
  let left = MOST_RULES;
  const add = (service: string, match: string, result: string): boolean => {
    rules.addOpenapi(formatService(service), match, result);
    return --left > 0;
  };
  for (const { path, folder } of await definitions(directory, problems)) {
    const file = await YamlFile.read(path, problems);
    if (file === undefined || !file.isValid || file.root.isAbsent) continue;
    if (!readDefinition(file, folder, add)) return file.root.problem(`there are more than ${MOST_RULES} rules`);
  }
}

interface Definition {
  readonly path: string;
  /** Name of its folder; undefined directly in the directory. */
  readonly folder: string | undefined;
}

async function definitions(directory: string, problems: Problem[]): Promise<readonly Definition[]> {
  const found: Definition[] = [];
  const visit = async (path: string, level: number): Promise<void> => {
    const entries = await readdir(path, { withFileTypes: true });
    for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
      const at = join(path, entry.name);
      if (entry.isDirectory() && level < LEVELS) await visit(at, level + 1);
      else if (!entry.isDirectory() && /\.ya?ml$/.test(entry.name))
        found.push({ path: at, folder: level === 0 ? undefined : basename(path) });
    }
  };
  try {
    await visit(directory, 0);
  } catch (error) {
    problems.push({
      at: directory,
      subject: 'the directory',
      message: `cannot be read: ${error instanceof Error ? error.message : error}`,
    });
  }
  if (found.length <= MOST_FILES) return found;
  problems.push({ at: directory, subject: 'the directory', message: `holds more than ${MOST_FILES} files` });
  return [];
}

/** False when `add` takes no more. */
function readDefinition(
  file: YamlFile,
  folder: string | undefined,
  add: (service: string, match: string, result: string) => boolean,
): boolean {
  const entries = file.root.entries();
  if (entries === undefined) return true;
  const service = entries.get('x-sw-service-name')?.text() || folder;
  if (service === undefined) {
    file.root.problem('does not say which service it is about', 'put it into a folder named after the service, or add x-sw-service-name');
    return true;
  }
  const match = entries.get('x-sw-endpoint-name-match-rule')?.text();
  const format = entries.get('x-sw-endpoint-name-format')?.text();
  for (const [path, item] of mapOf(entries.get('paths'))) {
    for (const [key] of mapOf(item)) {
      if (!METHODS.has(key)) continue;
      const method = key.toUpperCase();
      if (!add(service, fill(match, method, path), fill(format, method, path))) return false;
    }
  }
  return true;
}

const mapOf = (part: YamlPart | undefined): ReadonlyMap<string, YamlPart> =>
  (part === undefined || part.isAbsent ? undefined : part.entries()) ?? new Map();

/** `GET:/path`, or what a template with the placeholders METHOD and PATH says. */
const fill = (template: string | undefined, method: string, path: string): string =>
  template ? template.replaceAll(/\$\{METHOD\}/g, () => method).replaceAll(/\$\{PATH\}/g, () => path) : `${method}:${path}`;
