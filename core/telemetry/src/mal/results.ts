import { EntityView } from './closure/entity-view.js';
import type { Binding, Run } from './compiled.js';
import { type Family, LabelSet, type Point } from './family.js';
import type { MalKind, MalResult, MalValue, MeterEntity } from './metric.js';

/** The greatest double that is an int64. */
const GREATEST = 2 ** 63 - 1_024;
const MINUTE = 60_000;

/** A value as it is stored: 0 or less is 0, more than that at least 1, and halves are rounded up (analysis.md 10.4). `value` is not NaN. */
export function meterValue(value: number): number {
  if (value <= 0) return 0;
  return value < 1 ? 1 : Math.min(GREATEST, Math.floor(value + 0.5));
}

interface EntityGroup {
  readonly entity: MeterEntity;
  readonly points: readonly Point[];
}

/** Splits samples by entity and minute, and reads the values of each. */
export function resultsOf(family: Family, binding: Binding, kind: MalKind, run: Run): readonly MalResult[] {
  const results: MalResult[] = [];
  const valuesOf = kind === 'single' ? singleValue : labeledValues;
  for (const { entity, points } of groups(family, binding, run)) {
    const values = valuesOf(points, binding, kind, run);
    if (values.length > 0) results.push({ entity, time: points[0]!.timestamp, values });
  }
  return results;
}

function groups(family: Family, binding: Binding, run: Run): Iterable<EntityGroup> {
  // The usual case for values without labels.
  if (family.length === 1) {
    const entity = binding.entity(family[0]!.labels);
    if (entity !== undefined) return [{ entity: decorated(entity, binding), points: family }];
    run.context.skip?.('no entity', 1);
    return [];
  }
  return manyGroups(family, binding, run);
}

function manyGroups(family: Family, binding: Binding, run: Run): Iterable<EntityGroup> {
  const found = new Map<string, { readonly entity: MeterEntity; readonly points: Point[] }>();
  const oneMinute = family.every((point) => minuteOf(point) === minuteOf(family[0]!));
  let nameless = 0;
  for (const point of family) {
    const names = binding.labels.keyOf(point.labels);
    const key = oneMinute ? names : `${minuteOf(point)} ${names}`;
    const known = found.get(key);
    if (known !== undefined) {
      known.points.push(point);
      continue;
    }
    const entity = binding.entity(point.labels);
    if (entity === undefined) nameless++;
    else found.set(key, { entity: decorated(entity, binding), points: [point] });
  }
  if (nameless > 0) run.context.skip?.('no entity', nameless);
  return found.values();
}

const minuteOf = (point: Point): number => Math.floor(point.timestamp / MINUTE);

function decorated(entity: MeterEntity, { decorators }: Binding): MeterEntity {
  if (decorators.length === 0) return entity;
  const view = new EntityView(entity);
  for (const decorator of decorators) decorator.run([view]);
  return { ...entity, attributes: view.attributes };
}

/** Only the first sample of an entity counts. */
function singleValue([first]: readonly Point[], _: Binding, __: MalKind, run: Run): readonly MalValue[] {
  const { value } = first!;
  if (Number.isFinite(value)) return [{ labels: LabelSet.NONE.map, value: meterValue(value) }];
  run.context.skip?.('not finite', 1);
  return [];
}

/** The last of equal labels counts; of histograms their sum, for bounds that differ may be the same in whole milliseconds. */
function labeledValues(points: readonly Point[], binding: Binding, kind: MalKind, run: Run): readonly MalValue[] {
  const finite = points.filter((p) => Number.isFinite(p.value));
  if (finite.length < points.length) run.context.skip?.('not finite', points.length - finite.length);
  const values = new Map<string, { readonly labels: LabelSet; value: number }>();
  for (const { labels, value } of finite) {
    const own = labels.without(binding.labels);
    const known = values.get(own.key);
    if (known === undefined) values.set(own.key, { labels: own, value });
    else known.value = kind === 'labeled' ? value : known.value + value;
  }
  return Array.from(values.values(), ({ labels, value }) => ({ labels: labels.map, value: meterValue(value) }));
}
