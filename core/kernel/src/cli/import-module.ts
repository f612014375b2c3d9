import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { ImportedModule } from './cli-io.js';

/** No package or file answers to a module's name. */
export class ModuleNotFound extends Error {
  override readonly name = 'ModuleNotFound';
  constructor(
    /** What was looked for: package names or one file. */
    readonly candidates: readonly string[],
  ) {
    super(`found no ${candidates.join(' and no ')}`);
  }
}

/**
 * Imports what a module name stands for: `grpc-server` is `@skein/grpc-server`, then the package of that very name; a name that begins
 * with `.` or `/` is a file, relative to `folder`. Packages are looked for from `folder`, then from `cwd`, then beside this installation.
 * Throws {@link ModuleNotFound}, or what importing throws.
 */
export async function importModule(name: string, folder: string, cwd: string): Promise<ImportedModule> {
  const file = findModule(name, folder, cwd);
  const loaded = (await import(pathToFileURL(file).href)) as { readonly default?: unknown };
  return { definition: loaded.default, file, ...packageFacts(file) };
}

export const isFileName = (name: string): boolean => name.startsWith('.') || isAbsolute(name);

/** The package names that a module name may stand for, in order. */
export const packageNames = (name: string): readonly string[] => (name.startsWith('@') ? [name] : [`@skein/${name}`, name]);

function findModule(name: string, folder: string, cwd: string): string {
  const candidates = isFileName(name) ? [resolve(folder, name)] : packageNames(name);
  const bases = [join(folder, 'skein.yml'), join(cwd, 'skein.yml'), import.meta.url];
  for (const candidate of candidates) {
    for (const base of bases) {
      const found = resolveFrom(base, candidate);
      if (found !== undefined) return found;
    }
  }
  throw new ModuleNotFound(candidates);
}

function resolveFrom(base: string, candidate: string): string | undefined {
  try {
    return createRequire(base).resolve(candidate);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    // Only "the thing itself is not there" goes on looking; a broken package must be seen.
    if (code === 'MODULE_NOT_FOUND' && message.includes(candidate)) return undefined;
    throw error;
  }
}

function packageFacts(file: string): Partial<Pick<ImportedModule, 'version' | 'description' | 'host'>> {
  for (let folder = dirname(file); ; folder = dirname(folder)) {
    const manifest = join(folder, 'package.json');
    if (existsSync(manifest)) return factsOf(JSON.parse(readFileSync(manifest, 'utf8')));
    if (folder === dirname(folder)) return {};
  }
}

function factsOf(manifest: { version?: unknown; description?: unknown; engines?: { skein?: unknown } }) {
  const { version, description, engines } = manifest;
  return {
    ...(typeof version === 'string' ? { version } : {}),
    ...(typeof description === 'string' ? { description } : {}),
    ...(typeof engines?.skein === 'string' ? { host: engines.skein } : {}),
  };
}
