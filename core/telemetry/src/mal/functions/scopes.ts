import { layerNamed } from '../../entities/layers.js';
import type { CompiledClosure } from '../closure/compile-closure.js';
import { toText } from '../closure/values.js';
import type { Binding } from '../compiled.js';
import { MalRuntimeError } from '../errors.js';
import { LabelNames, type LabelSet } from '../family.js';
import type { MalScope, MeterDetectPoint, MeterEntity } from '../metric.js';
import type { Arguments, Signatures } from './arguments.js';
import { labelsFor } from './labels.js';

/** A function that says whom samples belong to. */
export interface ScopeFunction {
  readonly signatures: Signatures;
  compile(args: Arguments): Omit<Binding, 'decorators'>;
}

/** What stands between the values of several labels if the rule does not say. */
const DELIMITER = '.';

/** A name joined from labels; those that are empty or missing are left out. */
function joined(labels: readonly string[], delimiter = DELIMITER): (set: LabelSet) => string {
  const [only] = labels;
  if (labels.length === 1) return (set) => set.get(only!);
  return (set) => {
    const values: string[] = [];
    for (const label of labels) {
      const value = set.get(label);
      if (value !== '') values.push(value);
    }
    return values.join(delimiter);
  };
}

const named = (...names: readonly string[]): boolean => names.every((name) => name.trim() !== '');

const service: ScopeFunction = {
  signatures: [
    ['texts', 'layer'],
    ['texts', 'text', 'layer'],
  ],
  compile(args) {
    const labels = args.labels(0);
    const name = joined(labels, args.length === 3 ? args.text(1) : undefined);
    const layer = args.layer(args.length - 1);
    return bind('service', labels, (set) => {
      const entity = { scope: 'service', service: name(set), layer } as const;
      return named(entity.service) ? entity : undefined;
    });
  },
};

/** Two names, each with or without a delimiter of its own. */
function twoNames(args: Arguments): {
  readonly labels: readonly string[];
  readonly first: (set: LabelSet) => string;
  readonly second: (set: LabelSet) => string;
} {
  const [a, b] = args.placesOf('texts') as [number, number];
  const [before, after] = args.placesOf('text');
  const delimiter = (i: number | undefined): string | undefined => (i === undefined ? undefined : args.text(i));
  return {
    labels: [...args.labels(a), ...args.labels(b)],
    first: joined(args.labels(a), delimiter(before)),
    second: joined(args.labels(b), delimiter(after)),
  };
}

const instance: ScopeFunction = {
  signatures: [
    ['texts', 'texts', 'layer'],
    ['texts', 'texts', 'layer', 'closureOrNull'],
    ['texts', 'text', 'texts', 'text', 'layer'],
    ['texts', 'text', 'texts', 'text', 'layer', 'closureOrNull'],
  ],
  compile(args) {
    const { labels, first, second } = twoNames(args);
    const layer = args.layer(args.placesOf('layer')[0]!);
    const [place] = args.placesOf('closureOrNull');
    const closure = place === undefined ? undefined : args.closure(place, ['labels']);
    return bind('service_instance', labels, (set) => {
      const entity = { scope: 'service_instance', service: first(set), instance: second(set), layer } as const;
      if (!named(entity.service, entity.instance)) return undefined;
      return closure === undefined ? entity : { ...entity, properties: propertiesOf(closure, set) };
    });
  },
};

function propertiesOf(closure: CompiledClosure, labels: LabelSet): ReadonlyMap<string, string> {
  const value = closure.run([labelsFor(closure, labels)]);
  if (!(value instanceof Map)) throw new MalRuntimeError('the closure of instance() must give a map of properties');
  return new Map(Array.from(value, ([name, property]) => [name, toText(property)]));
}

const endpoint: ScopeFunction = {
  signatures: [
    ['texts', 'texts', 'layer'],
    ['texts', 'text', 'texts', 'text', 'layer'],
  ],
  compile(args) {
    const { labels, first, second } = twoNames(args);
    const layer = args.layer(args.length - 1);
    return bind('endpoint', labels, (set) => {
      const entity = { scope: 'endpoint', service: first(set), endpoint: second(set), layer } as const;
      return named(entity.service, entity.endpoint) ? entity : undefined;
    });
  },
};

const process: ScopeFunction = {
  signatures: [['texts', 'texts', 'texts', 'text']],
  compile(args) {
    const lists = [args.labels(0), args.labels(1), args.labels(2)] as const;
    const [serviceName, instanceName, processName] = [joined(lists[0]), joined(lists[1]), joined(lists[2])];
    const layerLabel = args.text(3);
    const added = new Set(args.options.layers ?? []);
    const layer = (name: string): string => (added.has(name) ? name : layerNamed(name));
    return bind('process', [...lists.flat(), layerLabel], (set) => {
      const names = { service: serviceName(set), instance: instanceName(set), process: processName(set) };
      if (!named(names.service, names.instance, names.process)) return undefined;
      return { scope: 'process', ...names, layer: layer(set.get(layerLabel)) };
    });
  },
};

/** What follows the names of a relation: a delimiter perhaps, the layer, and perhaps the label of the component. */
function relationEnd(args: Arguments): {
  readonly delimiter: string | undefined;
  readonly layer: string;
  readonly component: string | undefined;
} {
  const layer = args.placesOf('layer')[0]!;
  const texts = args.placesOf('text');
  const before = texts.find((i) => i < layer);
  const after = texts.find((i) => i > layer);
  return {
    delimiter: before === undefined ? undefined : args.text(before),
    layer: args.layer(layer),
    component: after === undefined ? undefined : args.text(after),
  };
}

/** The id of a component in a label; 0 where there is none. */
function componentIn(label: string | undefined, set: LabelSet): number {
  const text = label === undefined ? '' : set.get(label);
  return /^\d{1,9}$/.test(text) ? Number(text) : 0;
}

const serviceRelation: ScopeFunction = {
  signatures: [
    ['detectPoint', 'texts', 'texts', 'layer'],
    ['detectPoint', 'texts', 'texts', 'text', 'layer'],
    ['detectPoint', 'texts', 'texts', 'layer', 'text'],
    ['detectPoint', 'texts', 'texts', 'text', 'layer', 'text'],
  ],
  compile(args) {
    const detectPoint = args.detectPoint(0);
    const { delimiter, layer, component } = relationEnd(args);
    const [source, dest] = [joined(args.labels(1), delimiter), joined(args.labels(2), delimiter)];
    return bind('service_relation', withComponent([...args.labels(1), ...args.labels(2)], component), (set) => {
      const names = { sourceService: source(set), destService: dest(set) };
      if (!named(names.sourceService, names.destService)) return undefined;
      return { scope: 'service_relation', ...names, detectPoint, layer, componentId: componentIn(component, set) };
    });
  },
};

const serviceInstanceRelation: ScopeFunction = {
  signatures: [
    ['detectPoint', 'texts', 'texts', 'texts', 'texts', 'layer'],
    ['detectPoint', 'texts', 'texts', 'texts', 'texts', 'text', 'layer'],
    ['detectPoint', 'texts', 'texts', 'texts', 'texts', 'layer', 'text'],
    ['detectPoint', 'texts', 'texts', 'texts', 'texts', 'text', 'layer', 'text'],
  ],
  compile(args) {
    const detectPoint = args.detectPoint(0);
    const { delimiter, layer, component } = relationEnd(args);
    const lists = [1, 2, 3, 4].map((i) => args.labels(i));
    const [sourceService, sourceInstance, destService, destInstance] = lists.map((list) => joined(list, delimiter)) as [
      Read,
      Read,
      Read,
      Read,
    ];
    return bind('service_instance_relation', withComponent(lists.flat(), component), (set) => {
      const names = {
        sourceService: sourceService(set),
        sourceInstance: sourceInstance(set),
        destService: destService(set),
        destInstance: destInstance(set),
      };
      if (!named(names.sourceService, names.sourceInstance, names.destService, names.destInstance)) return undefined;
      return { scope: 'service_instance_relation', ...names, detectPoint, layer, componentId: componentIn(component, set) };
    });
  },
};
type Read = (set: LabelSet) => string;

const withComponent = (labels: readonly string[], component: string | undefined): readonly string[] =>
  component === undefined ? labels : [...labels, component];

const DETECT_POINTS: ReadonlyMap<string, MeterDetectPoint> = new Map([
  ['server', 'SERVER'],
  ['client', 'CLIENT'],
  ['proxy', 'PROXY'],
]);

const processRelation: ScopeFunction = {
  signatures: [['text', 'texts', 'texts', 'text', 'text', 'text']],
  compile(args) {
    const [side, source, dest, component] = [args.text(0), args.text(3), args.text(4), args.text(5)];
    const [serviceName, instanceName] = [joined(args.labels(1)), joined(args.labels(2))];
    return bind('process_relation', [side, ...args.labels(1), ...args.labels(2), source, dest, component], (set) => {
      const names = {
        service: serviceName(set),
        instance: instanceName(set),
        sourceProcessId: set.get(source),
        destProcessId: set.get(dest),
      };
      if (!named(names.service, names.instance, names.sourceProcessId, names.destProcessId)) return undefined;
      const detectPoint = DETECT_POINTS.get(set.get(side).toLowerCase()) ?? 'UNRECOGNIZED';
      return { scope: 'process_relation', ...names, detectPoint, componentId: componentIn(component, set) };
    });
  },
};

const bind = (
  scope: MalScope,
  labels: readonly string[],
  entity: (set: LabelSet) => MeterEntity | undefined,
): Omit<Binding, 'decorators'> => ({
  scope,
  labels: new LabelNames(labels),
  entity,
});

/** Functions that bind samples to entities (analysis.md 10.3). */
export const scopes: ReadonlyMap<string, ScopeFunction> = new Map([
  ['service', service],
  ['instance', instance],
  ['endpoint', endpoint],
  ['process', process],
  ['serviceRelation', serviceRelation],
  ['serviceInstanceRelation', serviceInstanceRelation],
  ['processRelation', processRelation],
]);
