import type { Problem } from '../host/types.js';
import { checkConfig } from './check-config.js';
import { type ConfigEntry, type ConfigNode, dataOf, entryAt, type MapNode, mergeNodes, placeOf, where } from './config-node.js';
import { EnvText } from './env-text.js';
import { HostConfig } from './host-config.js';
import { nearest } from './nearest.js';
import { got, type SettingPath } from './setting-text.js';
import type { Environment } from './substitution.js';
import { type ConfigSource, parseYaml } from './yaml-tree.js';

/** A module that a configuration switches on. */
export interface ConfiguredModule {
  /** As written: `grpc-server`, `@acme/statsd-receiver`, `./plugins/my-receiver.js`. */
  readonly name: string;
  /** Place of its key; empty in the default configuration. */
  readonly at: string;
  /** Folder that a relative name starts from, that of the first file that names the module. */
  readonly folder: string | undefined;
  /** Plain data; substitutions are left for the schema to convert, see `checkConfig`. */
  readonly config: unknown;
  readonly origin: (path: SettingPath) => string | undefined;
}

export interface LoadedConfig {
  readonly host: HostConfig;
  readonly modules: readonly ConfiguredModule[];
  /** Names that are written with `false`, and where. */
  readonly disabled: ReadonlyMap<string, string>;
  /** What is written for a setting, with its place. The path starts at the top of the file. */
  readonly written: (path: SettingPath) => ConfigEntry | undefined;
  readonly problems: readonly Problem[];
}

/**
 * Reads and merges configurations, later ones over earlier ones. Checks the shape of the whole and the `host` part; each module's part
 * is checked by its own schema later, so that one report holds the mistakes of all.
 */
export function loadConfig(sources: readonly ConfigSource[], env: Environment): LoadedConfig {
  const problems: Problem[] = [];
  const folders = new Map<string, string | undefined>();
  let merged: ConfigNode = { kind: 'map', at: '', entries: new Map() };
  for (const source of sources) {
    const parsed = parseYaml(source, env);
    problems.push(...parsed.problems);
    if (parsed.node === undefined || !isMapOrNothing(parsed.node, source, problems)) continue;
    for (const name of moduleNames(parsed.node)) if (!folders.has(name)) folders.set(name, source.folder);
    merged = mergeNodes(merged, parsed.node);
  }
  const root: ConfigEntry = { at: '', node: merged };
  checkTop(root, problems);
  const hostEntry = entryAt(root, ['host']);
  const host = checkConfig(HostConfig, hostEntry && dataOf(hostEntry.node), 'host', (path) => placeOf(root, ['host', ...path]));
  problems.push(...host.problems, ...zoneProblems(host.value as HostConfig, placeOf(root, ['host', 'zone'])));
  const { modules, disabled } = modulesOf(root, folders, problems);
  return { host: host.value as HostConfig, modules, disabled, written: (path) => entryAt(root, path), problems };
}

function isMapOrNothing(node: ConfigNode, source: ConfigSource, problems: Problem[]): boolean {
  if (node.kind === 'map') return true;
  if (node.kind === 'scalar' && node.value === null) return false;
  problems.push({ at: node.at || source.name, subject: 'the file', message: `must be a map of settings ${got(dataOf(node))}` });
  return false;
}

const moduleNames = (node: ConfigNode): Iterable<string> => {
  const modules = node.kind === 'map' ? node.entries.get('modules')?.node : undefined;
  return modules?.kind === 'map' ? modules.entries.keys() : [];
};

function checkTop(root: ConfigEntry, problems: Problem[]): void {
  const known = ['host', 'modules'];
  for (const [key, { at }] of (root.node as MapNode).entries) {
    if (known.includes(key)) continue;
    const close = nearest(key, known);
    problems.push({
      at,
      subject: key.slice(0, 60),
      message: 'is not a known setting',
      fix: close === undefined ? 'known here: host, modules; a module is written below modules' : `did you mean "${close}"?`,
    });
  }
}

function zoneProblems(host: HostConfig | undefined, at: string | undefined): readonly Problem[] {
  if (host?.zone === undefined) return [];
  try {
    new Intl.DateTimeFormat('en', { timeZone: host.zone });
    return [];
  } catch {
    return [
      {
        ...where(at),
        subject: 'host.zone',
        message: `must be an IANA time zone ${got(host.zone)}`,
        fix: 'such as UTC, Europe/Berlin, Asia/Kolkata',
      },
    ];
  }
}

function modulesOf(root: ConfigEntry, folders: ReadonlyMap<string, string | undefined>, problems: Problem[]) {
  const modules: ConfiguredModule[] = [];
  const disabled = new Map<string, string>();
  const entry = entryAt(root, ['modules']);
  if (entry !== undefined && entry.node.kind !== 'map' && dataOf(entry.node) !== null) {
    problems.push({ at: entry.at, subject: 'modules', message: `must be a map of modules ${got(dataOf(entry.node))}` });
  }
  for (const [name, { at, node }] of entry?.node.kind === 'map' ? entry.node.entries : []) {
    const written = dataOf(node);
    const config = written instanceof EnvText ? switchOf(written) : written;
    if (config === false) disabled.set(name, at);
    else {
      const origin = (path: SettingPath) => placeOf(root, ['modules', name, ...path]);
      modules.push({ name, at, folder: folders.get(name), config, origin });
    }
  }
  return { modules, disabled };
}

/** `zipkin-receiver: ${ZIPKIN:false}` switches a module by a variable. */
function switchOf(written: EnvText): unknown {
  if (written.missing.length > 0 || written.mistake !== undefined) return written;
  if (written.text === 'false') return false;
  return written.text === 'true' || written.text === '' ? {} : written;
}
