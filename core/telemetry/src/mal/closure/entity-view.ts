import { MalRuntimeError } from '../errors.js';
import type { MeterAttributes, MeterEntity } from '../metric.js';
import { limited, toText, type Value } from './values.js';

const ATTRIBUTES = ['attr0', 'attr1', 'attr2', 'attr3', 'attr4', 'attr5'] as const;
type Attribute = (typeof ATTRIBUTES)[number];
const isAttribute = (name: string): name is Attribute => (ATTRIBUTES as readonly string[]).includes(name);

/** What a closure may read of an entity, and under which name of ours it is. */
const PROPERTIES: ReadonlyMap<string, string> = new Map([
  ['layer', 'layer'],
  ['serviceName', 'service'],
  ['instanceName', 'instance'],
  ['endpointName', 'endpoint'],
  ['processName', 'process'],
  ['sourceServiceName', 'sourceService'],
  ['sourceServiceInstanceName', 'sourceInstance'],
  ['destServiceName', 'destService'],
  ['destServiceInstanceName', 'destInstance'],
  ['sourceProcessId', 'sourceProcessId'],
  ['destProcessId', 'destProcessId'],
  ['detectPoint', 'detectPoint'],
  ['componentId', 'componentId'],
]);

/** The names by which closures know an entity's parts. */
export const ENTITY_PROPERTIES: readonly string[] = [...PROPERTIES.keys(), ...ATTRIBUTES];
export const ENTITY_ATTRIBUTES: readonly string[] = ATTRIBUTES;

/** An entity as `decorate` hands it to its closure: its names to read, its attributes to write. */
export class EntityView {
  readonly description = 'an entity';
  readonly truth = true;
  private readonly written: { [attribute in Attribute]?: string } = {};

  constructor(private readonly entity: MeterEntity) {}

  get attributes(): MeterAttributes {
    return this.written;
  }

  get(name: string): Value {
    if (isAttribute(name)) return this.written[name] ?? null;
    const property = PROPERTIES.get(name);
    if (property === undefined) throw new MalRuntimeError(`an entity has no ${name}`);
    return (this.entity as unknown as Record<string, string | number | undefined>)[property] ?? null;
  }

  set(name: string, value: Value): void {
    if (!isAttribute(name)) throw new MalRuntimeError(`${name} of an entity cannot be set`);
    if (value === null) delete this.written[name];
    else this.written[name] = limited(toText(value));
  }
}
