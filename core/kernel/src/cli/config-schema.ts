import { HostConfig } from '../config/host-config.js';
import type { ConfigSchema } from '../config/schema-walk.js';
import type { AssembledModule } from './assemble.js';

/** JSON Schema of a whole configuration file, for editors: the host's part and that of every module given. */
export function configSchema(modules: readonly AssembledModule[]): object {
  const properties: Record<string, object> = {};
  for (const { configured, definition, imported } of modules) {
    const schema =
      definition.config === undefined ? { type: 'object', additionalProperties: false } : asWritten(definition.config as ConfigSchema);
    properties[configured.name] = {
      ...(imported.description === undefined ? {} : { description: imported.description }),
      anyOf: [schema, { const: false }, { type: 'null' }, { $ref: '#/$defs/substitution' }],
    };
  }
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'Skein configuration',
    type: 'object',
    properties: {
      host: asWritten(HostConfig as ConfigSchema),
      modules: {
        type: 'object',
        description:
          'Module name (grpc-server), package (@acme/statsd-receiver) or file (./my-receiver.js), and its configuration; false switches it off',
        properties,
        additionalProperties: { anyOf: [{ type: 'object' }, { const: false }, { type: 'null' }] },
      },
    },
    additionalProperties: false,
    $defs: { substitution: { type: 'string', pattern: '\\$\\{', description: `an environment variable: \${NAME} or \${NAME:default}` } },
  };
}

/** A schema as it holds for the text of a file: closed where the check is, nothing required that has a default, substitutions allowed. */
function asWritten(schema: ConfigSchema): object {
  if (schema.unit !== undefined) return { ...schema, anyOf: [...(schema.anyOf ?? []), { $ref: '#/$defs/substitution' }] };
  if (schema.anyOf !== undefined) return { ...schema, anyOf: schema.anyOf.map(asWritten) };
  if (schema.type === 'object') return mapAsWritten(schema);
  if (schema.type === 'array') return { ...schema, ...(isOne(schema.items) ? { items: asWritten(schema.items) } : {}) };
  const substitutable = schema.type === 'integer' || schema.type === 'number' || schema.type === 'boolean' || schema.enum !== undefined;
  if (!substitutable) return schema;
  const { description, default: fallback, ...rest } = schema;
  return {
    ...(description === undefined ? {} : { description }),
    ...(fallback === undefined ? {} : { default: fallback }),
    anyOf: [rest, { $ref: '#/$defs/substitution' }],
  };
}

function mapAsWritten(schema: ConfigSchema): object {
  const { properties = {}, patternProperties, required = [], additionalProperties, ...rest } = schema;
  const needed = required.filter((key) => properties[key]?.default === undefined && properties[key]?.type !== 'object');
  return {
    ...rest,
    properties: mapValues(properties, asWritten),
    ...(patternProperties === undefined ? {} : { patternProperties: mapValues(patternProperties, asWritten) }),
    ...(needed.length === 0 ? {} : { required: needed }),
    additionalProperties: typeof additionalProperties === 'object' ? asWritten(additionalProperties) : additionalProperties === true,
  };
}

const isOne = (items: ConfigSchema['items']): items is ConfigSchema => items !== undefined && !Array.isArray(items);

const mapValues = <T, R>(record: Readonly<Record<string, T>>, change: (value: T) => R): Record<string, R> =>
  Object.fromEntries(Object.entries(record).map(([key, value]) => [key, change(value)]));
