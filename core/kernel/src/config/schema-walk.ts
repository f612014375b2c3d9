import type { TSchema } from 'typebox';
// Not typebox/value, which reads 150 files more at every start.
import { Errors } from 'typebox/schema';
import type { Problem } from '../host/types.js';
import { EnvText } from './env-text.js';
import { fillDefaults } from './fill-defaults.js';
import { nearest } from './nearest.js';
import { put } from './put.js';
import { got, type SettingPath, settingName } from './setting-text.js';
import { formatUnit, isUnitText, LARGEST, parseUnit, type Unit } from './units.js';

/** The parts of JSON Schema that configuration schemas are made of. */
export interface ConfigSchema {
  readonly type?: string;
  readonly properties?: Readonly<Record<string, ConfigSchema>>;
  readonly patternProperties?: Readonly<Record<string, ConfigSchema>>;
  readonly additionalProperties?: boolean | ConfigSchema;
  readonly required?: readonly string[];
  readonly items?: ConfigSchema | readonly ConfigSchema[];
  readonly anyOf?: readonly ConfigSchema[];
  readonly allOf?: readonly ConfigSchema[];
  readonly default?: unknown;
  readonly description?: string;
  readonly unit?: Unit;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  /** JSON Schema's mark of a secret: its value is never printed. */
  readonly writeOnly?: boolean;
}

const MOST_PROBLEMS = 100;

/** One pass over schema and value: fills in, converts and checks, and collects a problem per mistake (at most 100). */
export class SchemaWalk {
  readonly problems: Problem[] = [];
  /** The variables that the value being looked at came from. */
  private variables: readonly string[] = [];

  constructor(
    private readonly subject: string,
    private readonly origin: ((path: SettingPath) => string | undefined) | undefined,
  ) {}

  convert(schema: TSchema, value: unknown, path: SettingPath): unknown {
    return this.value(schema as ConfigSchema, value, path);
  }

  private value(schema: ConfigSchema, value: unknown, path: SettingPath): unknown {
    if (value instanceof EnvText && (value.missing.length > 0 || value.mistake !== undefined)) return this.unsubstituted(value, path);
    if (schema.unit !== undefined) return this.amount(schema, schema.unit, value, path);
    if (schema.anyOf !== undefined) return this.union(schema, schema.anyOf, value, path);
    if (value instanceof EnvText) return this.substituted(schema, value, path);
    if (schema.type === 'object') return this.map(schema, value, path);
    if (schema.type === 'array') return this.list(schema, value, path);
    return this.leaf(schema, value, path);
  }

  private substituted(schema: ConfigSchema, value: EnvText, path: SettingPath): unknown {
    this.variables = value.fromEnvironment;
    const result = this.value(schema, fromText(schema, value.text), path);
    this.variables = [];
    return result;
  }

  private unsubstituted({ missing, mistake }: EnvText, path: SettingPath): undefined {
    if (mistake !== undefined) this.problem(path, mistake, `write \${NAME} or \${NAME:default}; $\${ is a literal \${`);
    for (const name of missing) {
      this.problem(path, `needs the environment variable ${name}, which is not set`, `set ${name}, or give a default: \${${name}:value}`);
    }
    return undefined;
  }

  private amount(schema: ConfigSchema, unit: Unit, value: unknown, path: SettingPath): unknown {
    if (value instanceof EnvText) this.variables = value.fromEnvironment;
    const written = value instanceof EnvText ? value.text : value;
    const result = this.writtenAmount(schema, unit, written, path);
    this.variables = [];
    return result;
  }

  private writtenAmount(schema: ConfigSchema, unit: Unit, written: unknown, path: SettingPath): unknown {
    const amount = typeof written === 'string' ? parseUnit(unit, written) : written;
    const { minimum = 0, maximum = LARGEST[unit] } = schema.anyOf![0]!;
    if (isTooLarge(unit, written, amount)) {
      this.problem(path, `is too large: it must be at most ${formatUnit(unit, maximum)} ${this.got(schema, written)}`);
      return undefined;
    }
    if (typeof amount !== 'number' || !Number.isSafeInteger(amount)) {
      const kind = unit === 'bytes' ? 'a size such as 512MiB or 64KB' : 'a duration such as 10s, 100ms or 1h30m';
      this.problem(path, `must be ${kind} ${this.got(schema, written)}`);
      return undefined;
    }
    if (amount < minimum) this.problem(path, `must be at least ${formatUnit(unit, minimum)} ${this.got(schema, written)}`);
    if (amount > maximum) this.problem(path, `must be at most ${formatUnit(unit, maximum)} ${this.got(schema, written)}`);
    return amount;
  }

  private map(schema: ConfigSchema, value: unknown, path: SettingPath): unknown {
    if (!isMap(value)) {
      this.problem(path, `must be a map of settings ${this.got(schema, value)}`);
      return undefined;
    }
    const result: Record<string, unknown> = {};
    const properties = schema.properties ?? {};
    for (const [key, written] of Object.entries(value)) {
      const inner = propertySchema(schema, key);
      if (inner === undefined) this.unknownKey(schema, key, [...path, key]);
      else if (inner === true) put(result, key, plain(written));
      else put(result, key, this.value(inner, written, [...path, key]));
    }
    for (const [key, inner] of Object.entries(properties)) {
      if (!Object.hasOwn(value, key)) this.absent(schema, inner, key, result, path);
    }
    this.limits(schema, result, path);
    return result;
  }

  private absent(schema: ConfigSchema, inner: ConfigSchema, key: string, result: Record<string, unknown>, path: SettingPath): void {
    const at = [...path, key];
    if (inner.default !== undefined) put(result, key, this.value(inner, structuredClone(inner.default), at));
    else if (schema.required?.includes(key) !== true) return;
    else if (inner.type === 'object') put(result, key, this.value(inner, {}, at));
    else this.problem(at, 'is required', inner.description);
  }

  private list(schema: ConfigSchema, value: unknown, path: SettingPath): unknown {
    if (!Array.isArray(value)) {
      this.problem(path, `must be a list ${this.got(schema, value)}`);
      return undefined;
    }
    const { items } = schema;
    const result = value.map((item: unknown, i) => {
      const inner = isTuple(items) ? items[i] : items;
      return inner === undefined ? plain(item) : this.value(inner, item, [...path, i]);
    });
    this.limits(schema, result, path);
    return result;
  }

  /** The first variant that fits. When none does, the mistakes inside the one that was meant, if that is clear. */
  private union(schema: ConfigSchema, variants: readonly ConfigSchema[], value: unknown, path: SettingPath): unknown {
    const attempts = variants.map((variant) => {
      const walk = new SchemaWalk(this.subject, this.origin);
      return { variant, result: walk.value(variant, value, path), problems: walk.problems };
    });
    const fitting = attempts.find((a) => a.problems.length === 0);
    if (fitting !== undefined) return fitting.result;
    const kind = isMap(value) ? 'object' : Array.isArray(value) ? 'array' : undefined;
    const meant = kind === undefined ? [] : attempts.filter((a) => a.variant.type === kind);
    if (meant.length > 0) {
      const closest = meant.reduce((a, b) => (b.problems.length < a.problems.length ? b : a));
      this.problems.push(...closest.problems);
    } else {
      const [written, variables] = value instanceof EnvText ? [value.text, value.fromEnvironment] : [value, []];
      const shown = schema.writeOnly === true ? this.got(schema, written) : got(written, variables);
      this.problem(path, `must be ${listOf(variants.map(describe))} ${shown}`);
    }
    return undefined;
  }

  /** What typebox checks on the whole of a map or list (its size, uniqueness ...), once its parts are right. */
  private limits(schema: ConfigSchema, value: unknown, path: SettingPath): void {
    const {
      properties: _,
      patternProperties: __,
      additionalProperties: ___,
      required: ____,
      items: _____,
      default: ______,
      ...own
    } = schema;
    if (Object.keys(own).some((key) => /^(min|max|unique|propertyNames|contains|not|if|allOf|oneOf)/.test(key))) {
      this.leaf(own, value, path);
    }
  }

  private leaf(schema: ConfigSchema, value: unknown, path: SettingPath): unknown {
    const copy = plain(value);
    const plainValue = isComposed(schema) ? fillDefaults(schema, copy) : copy;
    const [, errors] = Errors(schema as TSchema, plainValue);
    const [error] = errors.filter((e) => e.keyword !== 'boolean');
    if (error === undefined) return plainValue;
    const inside = error.instancePath.split('/').slice(1);
    const at = [...path, ...inside.map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))];
    this.problem(at, `${leafMessage(schema, error.message)} ${this.got(schema, value)}`);
    return undefined;
  }

  private unknownKey(schema: ConfigSchema, key: string, path: SettingPath): void {
    const known = Object.keys(schema.properties ?? {});
    const close = nearest(key, known);
    const fix =
      close !== undefined ? `did you mean "${close}"?` : known.length > 0 ? `known here: ${known.slice(0, 20).join(', ')}` : undefined;
    this.problem(path, 'is not a known setting', fix);
  }

  private got(schema: ConfigSchema, value: unknown): string {
    if (schema.writeOnly !== true) return got(value, this.variables);
    const source = this.variables.length === 0 ? '' : ` from ${this.variables.join(', ')}`;
    // That nothing is there gives nothing away, and is the most frequent mistake.
    const empty = value === '' || (value instanceof EnvText && value.text === '');
    return empty ? `(got ""${source})` : `(value not shown${source.replace(' from', ', from')})`;
  }

  private problem(path: SettingPath, message: string, fix?: string): void {
    if (this.problems.length >= MOST_PROBLEMS) return;
    const at = this.nearestOrigin(path);
    this.problems.push({
      ...(at === undefined ? {} : { at }),
      subject: settingName(this.subject, path),
      message,
      ...(fix === undefined ? {} : { fix }),
    });
  }

  private nearestOrigin(path: SettingPath): string | undefined {
    for (let length = path.length; length >= 0; length--) {
      const at = this.origin?.(path.slice(0, length));
      if (at !== undefined) return at;
    }
    return undefined;
  }
}

/** The schema of one key of a map; `true` takes anything, undefined is an unknown key. */
export function propertySchema(schema: ConfigSchema, key: string): ConfigSchema | true | undefined {
  if (schema.properties !== undefined && Object.hasOwn(schema.properties, key)) return schema.properties[key];
  for (const [pattern, inner] of Object.entries(schema.patternProperties ?? {})) if (new RegExp(pattern, 'u').test(key)) return inner;
  if (typeof schema.additionalProperties === 'object') return schema.additionalProperties;
  return schema.additionalProperties === true ? true : undefined;
}

export const isMap = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof EnvText);

/** Schemas that this walk does not take apart are left to typebox as a whole. */
const isComposed = (schema: object): boolean => 'allOf' in schema || 'oneOf' in schema || '$ref' in schema || '$defs' in schema;

/** An amount, and no slip of the fingers, but beyond what a number holds exactly. */
function isTooLarge(unit: Unit, written: unknown, amount: unknown): boolean {
  if (typeof written === 'string') return amount === undefined && isUnitText(unit, written);
  return typeof written === 'number' && written > Number.MAX_SAFE_INTEGER;
}

const isTuple = (items: ConfigSchema['items']): items is readonly ConfigSchema[] => Array.isArray(items);

/** Substituted text becomes a value by the schema's type; text that does not fit stays text and is reported as such. */
function fromText(schema: ConfigSchema, text: string): unknown {
  if ((schema.type === 'integer' || schema.type === 'number') && /^[+-]?\d+(\.\d+)?(e[+-]?\d+)?$/i.test(text.trim())) return Number(text);
  if (schema.type === 'boolean' && /^(true|false)$/i.test(text.trim())) return text.trim().toLowerCase() === 'true';
  if (schema.type === 'null' && text === '') return null;
  return text;
}

/** The value without marks of substitution, where no schema says what it should be. */
function plain(value: unknown): unknown {
  if (value instanceof EnvText) return value.text;
  if (Array.isArray(value)) return value.map(plain);
  if (!isMap(value)) return value;
  const copy: Record<string, unknown> = {};
  for (const [key, inner] of Object.entries(value)) put(copy, key, plain(inner));
  return copy;
}

function leafMessage(schema: ConfigSchema, message: string): string {
  if (schema.enum !== undefined) return `must be ${listOf(schema.enum.map((v) => JSON.stringify(v)))}`;
  if (schema.const !== undefined) return `must be ${JSON.stringify(schema.const)}`;
  return message;
}

function describe(schema: ConfigSchema): string {
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.enum !== undefined) return listOf(schema.enum.map((v) => JSON.stringify(v)));
  if (schema.unit !== undefined) return schema.unit === 'bytes' ? 'a size' : 'a duration';
  if (schema.type === 'object') return 'a map';
  if (schema.type === 'array') return 'a list';
  return schema.type ?? 'another value';
}

const listOf = (texts: readonly string[]): string =>
  [texts.slice(0, -1).join(', '), ...texts.slice(-1)].filter((t) => t !== '').join(' or ');
