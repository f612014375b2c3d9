import type { Source, SourceDefinition } from '../sources/source.js';

/** A source with an attribute of every type, for the tests of this folder. */
export const ThingDefinition: SourceDefinition = {
  name: 'Thing',
  scopeId: 1,
  scope: 'service',
  catalog: 'SERVICE',
  decorators: ['ThingDecorator'],
  attributes: {
    name: { type: 'string' },
    latency: { type: 'int' },
    bytes: { type: 'long' },
    ratio: { type: 'double' },
    status: { type: 'bool' },
    color: { type: 'enum', enum: { name: 'Color', values: { RED: 0, GREEN: 1, BLUE: 2 } } },
    tags: { type: 'strings' },
    tag: { type: 'map' },
    inner: {
      type: 'object',
      fields: { depth: { type: 'long' }, label: { type: 'string' }, deeper: { type: 'object', fields: { ok: { type: 'bool' } } } },
    },
  },
};

export interface Thing {
  readonly name?: string | undefined;
  readonly latency?: unknown;
  readonly bytes?: unknown;
  readonly ratio?: unknown;
  readonly status?: boolean | undefined;
  readonly color?: number | undefined;
  readonly tags?: readonly string[] | undefined;
  readonly tag?: (key: string) => string | undefined;
  readonly inner?: { readonly depth?: number; readonly label?: string; readonly deeper?: { readonly ok?: boolean } } | null;
}

/** Keeps getters as they are. */
export const thing = (attributes: Thing, entity = 'e', time = 0): Source =>
  Object.defineProperties({ definition: ThingDefinition, entity, time }, Object.getOwnPropertyDescriptors(attributes));
