import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { coreCopyOf, THIS_CORE } from '../api/core-copy.js';
import { where } from '../config/config-node.js';
import { type ConfiguredModule, type LoadedConfig, loadConfig } from '../config/load-config.js';
import { nearest } from '../config/nearest.js';
import { settingName } from '../config/setting-text.js';
import { type ConfigSource, LONGEST_CONFIG } from '../config/yaml-tree.js';
import type { AnyModule, HostModule, Problem } from '../host/types.js';
import { definitionMistakes } from '../lifecycle/definition-problems.js';
import { VERSION } from '../version.js';
import type { CliIo, ImportedModule } from './cli-io.js';
import { DEFAULT_CONFIG, MODULES_OF_THE_HOUSE } from './default-config.js';
import { importModule, isFileName, ModuleNotFound, packageNames } from './import-module.js';
import { loadPlace } from './stack-place.js';
import { inRange } from './version-range.js';

/** A module that was found, and its part of the configuration. */
export interface AssembledModule extends HostModule {
  readonly configured: ConfiguredModule;
  readonly imported: ImportedModule;
}

/** A configuration with the modules that it names. */
export interface Assembly {
  readonly config: LoadedConfig;
  /** Those that could be imported. */
  readonly modules: readonly AssembledModule[];
  /** Everything that is wrong so far; module configurations and the graph are checked later. */
  readonly problems: readonly Problem[];
}

/** The file that is read when none is named. */
export const CONFIG_FILE = 'skein.yml';

/** Reads the default configuration and the files over it, and imports every module that is switched on. */
export async function assemble(files: readonly string[], io: CliIo): Promise<Assembly> {
  const named = files.length > 0 ? files : existsSync(resolve(io.cwd, CONFIG_FILE)) ? [CONFIG_FILE] : [];
  const read = named.map((file) => readSource(file, io.cwd));
  const sources = read.flatMap((r) => ('text' in r ? [r] : []));
  const config = loadConfig([DEFAULT_CONFIG, ...sources], io.env);
  const results = await Promise.all(config.modules.map((module) => find(module, io)));
  return {
    config,
    modules: results.flatMap((r) => ('definition' in r ? [r] : [])),
    problems: [
      ...read.flatMap((r) => ('message' in r ? [r] : [])),
      ...config.problems,
      ...results.flatMap((r) => ('definition' in r ? [] : r)),
    ],
  };
}

function readSource(file: string, cwd: string): ConfigSource | Problem {
  const path = resolve(cwd, file);
  try {
    if (statSync(path).size > 4 * LONGEST_CONFIG) return { at: file, subject: 'the file', message: 'is too large for a configuration' };
    return { name: file, text: readFileSync(path, 'utf8').replace(/^\ufeff/, ''), folder: dirname(path) };
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const reasons: Partial<Record<string, string>> = { ENOENT: 'does not exist', EACCES: 'may not be read', EISDIR: 'is a folder' };
    return { at: file, subject: 'the file', message: reasons[code ?? ''] ?? `cannot be read: ${message}` };
  }
}

async function find(configured: ConfiguredModule, io: CliIo): Promise<AssembledModule | readonly Problem[]> {
  const { name, config, origin } = configured;
  const about = { ...where(configured.at), subject: settingName('modules', [name]) };
  if (name.trim() === '') {
    return [
      {
        ...about,
        message: 'has no name',
        fix: 'write a module (grpc-server), a package (@acme/x) or a file (./my-module.js) before the colon',
      },
    ];
  }
  try {
    const imported = await (io.importModule ?? importModule)(name, configured.folder ?? io.cwd, io.cwd);
    const problems = [...unfit(imported)];
    if (problems.length > 0) return problems.map((problem) => ({ ...about, ...problem }));
    return { definition: imported.definition as AnyModule, config, origin, configured, imported };
  } catch (error) {
    return [{ ...about, ...(error instanceof ModuleNotFound ? notFound(name) : await notLoaded(configured, error, io.cwd)) }];
  }
}

function* unfit({ definition, file, host }: ImportedModule): Iterable<Pick<Problem, 'message' | 'fix'>> {
  if (typeof definition !== 'object' || definition === null || (coreCopyOf(definition) === undefined && !('name' in definition))) {
    yield { message: `is no module: ${file} has no default export made by defineModule` };
  } else if (host !== undefined && !inRange(VERSION, host)) {
    yield { message: `needs Skein ${host}, and this is ${VERSION}`, fix: 'install a version of the module that fits, or another Skein' };
  } else if (coreCopyOf(definition) === THIS_CORE) yield* definitionMistakes(definition);
}

async function notLoaded({ name, folder = '' }: ConfiguredModule, error: unknown, cwd: string): Promise<Pick<Problem, 'message' | 'fix'>> {
  const place = isFileName(name) ? await loadPlace(error, resolve(cwd, folder, name), cwd) : undefined;
  return {
    message: `could not be loaded: ${place === undefined ? '' : `${place}: `}${messageOf(error)}`,
    ...(/\.[cm]?tsx?$/.test(name) ? { fix: 'compile it first and name the .js file' } : {}),
  };
}

function notFound(name: string): Pick<Problem, 'message' | 'fix'> {
  if (isFileName(name)) {
    return { message: 'is not there: no such file', fix: 'a relative path starts at the folder of the configuration file' };
  }
  const house = houseModules();
  const close = nearest(name, house);
  const packages = house.includes(name) ? [`@skein/${name}`] : packageNames(name).filter(isPackageName);
  if (packages.length === 0 || /\.[cm]?[jt]s$/.test(name)) {
    return {
      message: 'is no module of Skein and no name of a package',
      fix: `a file begins with ./, for example ${JSON.stringify(`./${name}`)}`,
    };
  }
  const install = packages.length === 1 ? `npm install ${packages[0]}` : `npm install the package that it is in (${packages.join(' or ')})`;
  return {
    message: `is not installed: found no package ${packages.join(' or ')}`,
    fix: close === undefined || close === name ? `${install}, or remove this line` : `did you mean "${close}"?`,
  };
}

/** What npm takes as a name. */
const isPackageName = (name: string): boolean => /^(@[a-z0-9~-][a-z0-9._~-]*\/)?[a-z0-9~-][a-z0-9._~-]*$/.test(name);

/** The modules that come with Skein. */
export function houseModules(): readonly string[] {
  return [...loadConfig([DEFAULT_CONFIG], {}).modules.map((m) => m.name), ...MODULES_OF_THE_HOUSE];
}

export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
