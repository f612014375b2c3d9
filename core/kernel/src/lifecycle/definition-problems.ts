import { nearest } from '../config/nearest.js';
import { got } from '../config/setting-text.js';
import type { Problem } from '../host/types.js';

/** What is wrong with one part of a definition, as the end of a sentence that begins with the module. */
type Mistake = Pick<Problem, 'message' | 'fix'>;
type Check = (value: unknown, key: string) => Iterable<Mistake>;

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isToken = (value: unknown): boolean => typeof value === 'symbol';
const isStream = (value: unknown): boolean => isObject(value) && typeof value.id === 'string' && typeof value.weigh === 'function';
const isPoint = (value: unknown): value is { readonly id: string; readonly kind: string } =>
  isObject(value) && typeof value.id === 'string' && (value.kind === 'data' || value.kind === 'calls');

const SERVICE = 'a service token made by createToken';
const STREAM = 'a stream made by createStream';
const POINT = 'a point made by createPoint';

/** What `defineModule` takes. */
const CHECKS: Readonly<Record<string, Check>> = {
  name: checkName,
  config: checkSchema,
  needs: mapOf(isToken, SERVICE),
  optional: mapOf(isToken, SERVICE),
  provides: listOf(isToken, SERVICE),
  publishes: mapOf(isStream, STREAM),
  handles: listOf(isStream, STREAM),
  owns: listOf(isPoint, POINT),
  contributes: checkContributes,
  *activate(value) {
    if (typeof value !== 'function') yield { message: `activate must be a function ${show(value)}` };
  },
};

/** The mistakes of a definition in keys and types, which a module that is not written in TypeScript finds out here at the latest. */
export function* definitionMistakes(definition: object): Iterable<Mistake> {
  if (!Object.hasOwn(definition, 'name')) yield { message: 'has no name', fix: 'give defineModule a name, such as "statsd-receiver"' };
  for (const [key, value] of Object.entries(definition)) {
    const check = Object.hasOwn(CHECKS, key) ? CHECKS[key] : undefined;
    if (check === undefined) yield unknownKey(key);
    else if (value !== undefined) yield* check(value, key);
  }
}

function unknownKey(key: string): Mistake {
  const close = nearest(key, Object.keys(CHECKS));
  return {
    message: `has ${JSON.stringify(key.slice(0, 60))} in its definition, which defineModule does not know`,
    fix: close === undefined ? `known here: ${Object.keys(CHECKS).join(', ')}` : `did you mean "${close}"?`,
  };
}

function* checkName(value: unknown): Iterable<Mistake> {
  if (typeof value !== 'string' || value.trim() === '' || value.length > 100) {
    yield { message: `has a name that is no text of 1 to 100 characters ${show(value)}` };
  }
}

const TYPES: readonly unknown[] = ['object', 'array', 'string', 'number', 'integer', 'boolean', 'null'];

function* checkSchema(value: unknown): Iterable<Mistake> {
  const isSchema =
    isObject(value) &&
    (TYPES.includes(value.type) || '~kind' in value || ['anyOf', 'allOf', 'oneOf', 'enum'].some((key) => Array.isArray(value[key])));
  if (isSchema) return;
  yield { message: `has a config that is no schema ${show(value)}`, fix: 'write config: Type.Object({ ... }), with Type of @skein/core' };
}

function mapOf(fits: (value: unknown) => boolean, what: string): Check {
  return function* (value, key) {
    if (!isObject(value)) yield { message: `${key} must be a map, each name with ${what} ${show(value)}` };
    else
      for (const [name, entry] of Object.entries(value)) {
        if (!fits(entry)) yield { message: `${key}.${name} must be ${what} ${show(entry)}` };
      }
  };
}

function listOf(fits: (value: unknown) => boolean, what: string): Check {
  return function* (value, key) {
    if (!Array.isArray(value)) yield { message: `${key} must be a list, each entry ${what} ${show(value)}` };
    else
      for (const [i, entry] of value.entries()) {
        if (!fits(entry)) yield { message: `${key}[${i}] must be ${what} ${show(entry)}` };
      }
  };
}

function* checkContributes(value: unknown): Iterable<Mistake> {
  if (!Array.isArray(value)) {
    yield { message: `contributes must be a list of points and contributions ${show(value)}` };
    return;
  }
  for (const [i, entry] of value.entries()) yield* checkContribution(entry, `contributes[${i}]`);
}

function* checkContribution(entry: unknown, name: string): Iterable<Mistake> {
  const hung = isObject(entry) && 'point' in entry ? entry : undefined;
  const point = hung === undefined ? entry : hung.point;
  if (!isPoint(point)) yield { message: `${name} is no point and no contribution to one ${show(point)}`, fix: `name ${POINT}` };
  else if (hung === undefined && point.kind === 'data') {
    yield { message: `${name} is the point "${point.id}" without values`, fix: 'write contribution(point, value), since it takes data' };
  } else if (hung !== undefined && point.kind === 'calls') {
    yield {
      message: `${name} hangs data on the point "${point.id}", which takes what is called`,
      fix: 'list the point itself, and call contribute(point, value) in activate',
    };
  } else if (hung !== undefined && !Array.isArray(hung.values)) {
    yield { message: `${name} has no list of values ${show(hung.values)}`, fix: 'write contribution(point, value)' };
  }
}

const show = (value: unknown): string => (typeof value === 'function' ? '(got a function)' : got(value));
