import type { ConfigEntry } from '../config/config-node.js';
import { EnvText } from '../config/env-text.js';
import { HostConfig } from '../config/host-config.js';
import { nearest } from '../config/nearest.js';
import { type ConfigSchema, isMap, propertySchema } from '../config/schema-walk.js';
import { type SettingPath, settingName } from '../config/setting-text.js';
import { formatUnit } from '../config/units.js';
import { table } from './modules-command.js';
import type { Plan } from './plan.js';

/** What `skein config explain` answers: the text, or why there is none. */
export type Explanation = { readonly text: string } | { readonly mistake: string };

/** Says of one setting what it is, where that comes from, and what it is for. The key may leave out `modules.` at its start. */
export function explain(key: string, plan: Plan): Explanation {
  const given = parseKey(key);
  if (given.length === 0) return { mistake: 'name a setting, such as modules.http-server.listeners.rest.port' };
  const path = asConfigured(given[0] === 'modules' || given[0] === 'host' ? given : ['modules', ...given], plan);
  const root = rootOf(path, plan);
  if ('mistake' in root) return root;
  const found = descend(root.schema, root.value, path, root.depth);
  if ('mistake' in found) return found;
  const { schema, value } = found;
  const written = plan.assembly.config.written(path);
  const rows = [
    ['  value', show(schema, value)],
    ['  from', source(schema, written)],
    ...(schema.default === undefined ? [] : [['  default', show(schema, schema.default)]]),
    ['  type', typeOf(schema)],
    ...(schema.description === undefined ? [] : [['  for', schema.description]]),
    ...(schema.properties === undefined ? [] : [['  settings', Object.keys(schema.properties).join(', ')]]),
  ];
  return { text: `${settingName('', path)}\n${table(rows)}` };
}

/** A module may be named as it is in the configuration (`./statsd-receiver.js`) or as it names itself (`statsd-receiver`). */
function asConfigured(path: readonly string[], { assembly: { modules } }: Plan): readonly string[] {
  const [top, name, ...rest] = path;
  if (top !== 'modules' || name === undefined || modules.some((m) => m.configured.name === name)) return path;
  const named = modules.find((m) => m.definition.name === name);
  return named === undefined ? path : [top, named.configured.name, ...rest];
}

/** Splits `modules["@acme/x"].rules[0].name` at its dots and brackets. */
function parseKey(key: string): readonly string[] {
  return [...key.slice(0, 500).matchAll(/\["([^"]*)"\]|\[(\d+)\]|([^.[\]]+)/g)].map((m) => m[1] ?? m[2] ?? m[3]!);
}

interface Place {
  readonly schema: ConfigSchema;
  readonly value: unknown;
  /** How many keys of the path lead here. */
  readonly depth: number;
}

function rootOf(path: readonly string[], { assembly, boot }: Plan): Place | { readonly mistake: string } {
  if (path[0] === 'host') return { schema: HostConfig as ConfigSchema, value: assembly.config.host, depth: 1 };
  const name = path[1];
  if (name === undefined) return { mistake: `name a module: ${assembly.modules.map((m) => m.configured.name).join(', ')}` };
  const module = assembly.modules.find((m) => m.configured.name === name);
  if (module !== undefined) {
    const schema = (module.definition.config ?? { type: 'object' }) as ConfigSchema;
    return { schema, value: boot.configs.get(module.definition), depth: 2 };
  }
  const off = assembly.config.disabled.get(name);
  if (off !== undefined) return { mistake: `modules.${name} is switched off at ${off}` };
  return {
    mistake: unknown(
      settingName('modules', [name]),
      name,
      assembly.modules.flatMap((m) => [m.configured.name, m.definition.name]),
      'is not a module that is switched on',
    ),
  };
}

function descend(schema: ConfigSchema, value: unknown, path: SettingPath, depth: number): Place | { readonly mistake: string } {
  const key = path[depth];
  if (key === undefined) return { schema, value, depth };
  const inner = innerSchema(schema, String(key));
  if (inner === undefined) {
    const message = 'is not a known setting';
    return { mistake: unknown(settingName('', path.slice(0, depth + 1)), String(key), Object.keys(schema.properties ?? {}), message) };
  }
  const container = (typeof value === 'object' && value !== null ? value : {}) as Record<string, unknown>;
  return descend(inner, Object.hasOwn(container, key) ? container[key] : undefined, path, depth + 1);
}

function innerSchema(schema: ConfigSchema, key: string): ConfigSchema | undefined {
  for (const variant of schema.anyOf ?? []) {
    const inner = innerSchema(variant, key);
    if (inner !== undefined) return inner;
  }
  if (schema.type === 'array') return Array.isArray(schema.items) ? schema.items[Number(key)] : (schema.items as ConfigSchema | undefined);
  const inner = propertySchema(schema, key);
  return inner === true ? {} : inner;
}

function unknown(subject: string, key: string, known: readonly string[], message: string): string {
  const close = nearest(key, known);
  const hint =
    close !== undefined ? `did you mean "${close}"?` : known.length > 0 ? `known here: ${known.join(', ')}` : 'there are no settings here';
  return `${subject} ${message}\n    ${hint}`;
}

function source(schema: ConfigSchema, entry: ConfigEntry | undefined): string {
  if (entry === undefined) return schema.default === undefined ? 'nowhere: it is not set' : 'the default of the module';
  const value = entry.node.kind === 'scalar' ? entry.node.value : undefined;
  const place = entry.at === '' ? 'the default configuration' : entry.at;
  if (!(value instanceof EnvText)) return place;
  const parts = value.variables.map(({ name, from }) =>
    from === 'environment' ? `environment variable ${name}` : `the default of \${${name}}`,
  );
  return `${[...parts, ...value.missing.map((name) => `environment variable ${name}, which is not set`)].join(', ')}, ${place}`;
}

function show(schema: ConfigSchema, value: unknown): string {
  if (schema.writeOnly === true && value !== undefined) return '(not shown)';
  if (value === undefined) return '(not set)';
  if (schema.unit !== undefined && typeof value === 'number') {
    const text = formatUnit(schema.unit, value);
    return `${text} (${value} ${schema.unit})`;
  }
  return schema.unit !== undefined && typeof value === 'string' ? value : JSON.stringify(asWritten(schema, value));
}

/** A value as an operator would write it: with units, and without its secrets, however deep they lie. */
function asWritten(schema: ConfigSchema, value: unknown): unknown {
  if (schema.writeOnly === true) return '(not shown)';
  if (schema.unit !== undefined && typeof value === 'number') return formatUnit(schema.unit, value);
  if (Array.isArray(value)) return value.map((item, i) => asWritten(innerSchema(schema, String(i)) ?? {}, item));
  if (!isMap(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, asWritten(innerSchema(schema, key) ?? {}, inner)]));
}

function typeOf(schema: ConfigSchema): string {
  if (schema.unit !== undefined) return schema.unit === 'bytes' ? 'size, such as 512MiB or 64KB' : 'duration, such as 10s, 100ms or 1h30m';
  if (schema.enum !== undefined) return schema.enum.map((v) => JSON.stringify(v)).join(' or ');
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.anyOf !== undefined) return schema.anyOf.map(typeOf).join(' or ');
  if (schema.type === 'object') return 'map';
  if (schema.type === 'array') return 'list';
  const { minimum, maximum } = schema;
  const range =
    minimum !== undefined && maximum !== undefined
      ? `, ${minimum} to ${maximum}`
      : minimum !== undefined
        ? `, at least ${minimum}`
        : maximum !== undefined
          ? `, at most ${maximum}`
          : '';
  return `${schema.type ?? 'anything'}${range}`;
}
