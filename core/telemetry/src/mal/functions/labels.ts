import type { CompiledClosure } from '../closure/compile-closure.js';
import { limited, toText, truth, type ValueMap } from '../closure/values.js';
import { LabelSet, type Point } from '../family.js';
import { MalError } from '../problem.js';
import type { FamilyFunction } from './family-function.js';

/** Labels for a closure: those of the sample, or a copy if it writes to them. */
export const labelsFor = (closure: CompiledClosure, labels: LabelSet): ValueMap =>
  // Values of labels are texts, and a closure that does not write leaves them so.
  (closure.changes ? new Map(labels.map) : labels.map) as ValueMap;

/** The labels that a closure left. */
export function written(map: ValueMap): LabelSet {
  const labels = new Map<string, string>();
  for (const [name, value] of map) {
    if (value !== null) labels.set(name, limited(toText(value)));
  }
  return new LabelSet(labels);
}

const tag: FamilyFunction = {
  signatures: [['closure']],
  compile(args) {
    const closure = args.closure(0, ['labels'])!;
    return { apply: (family) => family.map((point) => rewrite(point, closure, (labels) => void closure.run([labels]))) };
  },
};

const forEach: FamilyFunction = {
  signatures: [['texts', 'closure']],
  compile(args) {
    const elements = args.texts(0);
    const closure = args.closure(1, ['text', 'labels'])!;
    const each = (labels: ValueMap): void => {
      for (const element of elements) closure.run([element, labels]);
    };
    return { apply: (family) => family.map((point) => rewrite(point, closure, each)) };
  },
};

function rewrite(point: Point, closure: CompiledClosure, run: (labels: ValueMap) => void): Point {
  const labels = labelsFor(closure, point.labels);
  run(labels);
  return closure.changes ? point.withLabels(written(labels)) : point;
}

const filter: FamilyFunction = {
  signatures: [['closure']],
  compile(args) {
    const closure = args.closure(0, ['labels'])!;
    return { apply: (family) => family.filter((point) => truth(closure.run([labelsFor(closure, point.labels)]))) };
  },
};

const retagByK8sMeta: FamilyFunction = {
  signatures: [['text', 'retag', 'text', 'text']],
  compile(args) {
    const { kubernetes } = args.options;
    args.constant(1, 'type', ['Pod2Service']);
    if (kubernetes === undefined) throw new MalError(args.at, 'retagByK8sMeta() needs to know a Kubernetes cluster, and none is connected');
    const [label, pod, namespace] = [args.text(0), args.text(2), args.text(3)];
    const service = ({ labels }: Point): string => kubernetes.serviceOfPod(labels.get(pod), labels.get(namespace)) ?? '';
    return {
      apply: (family) => family.map((point) => point.withLabels(new LabelSet(new Map(point.labels.map).set(label, service(point))))),
    };
  },
};

/** Functions that read and rewrite labels by closures (analysis.md 10.3). */
export const labelFunctions: ReadonlyMap<string, FamilyFunction> = new Map([
  ['tag', tag],
  ['forEach', forEach],
  ['filter', filter],
  ['retagByK8sMeta', retagByK8sMeta],
]);
