import { describe, expect, test } from '@jest/globals';
import { EntityHandle, type Source, type SourceDefinition, serviceUpdate } from '@skein/telemetry';
import { compileOal } from '@skein/telemetry/oal';
import {
  type Commit,
  copyMetricState,
  entityState,
  type MutableMetricState,
  mergeEntityStates,
  mergeMetricState,
} from '@skein/telemetry/storage';
import fc from 'fast-check';
import { Tracks } from './tracks.js';
import { Window, type WindowContext } from './window.js';
import { WrittenMarks } from './written-marks.js';

const NOW = Date.UTC(2024, 0, 2, 3, 4);
const MINUTE = 60_000;

interface Seen extends Source {
  readonly layer: string;
  readonly latency: number;
}
const definition: SourceDefinition = {
  name: 'Seen',
  scopeId: 1,
  scope: 'service',
  catalog: 'SERVICE',
  attributes: { layer: { type: 'string' }, latency: { type: 'int' } },
  variant: (s: Seen) => s.layer,
  rows: (s: Seen) => [serviceUpdate(s.entity, `name of ${s.entity}`, s.layer, s.time)],
};
const OAL = 'total = from(Seen.latency).sum(); spread = from(Seen.latency).filter(layer == "MESH").percentile2(10);';

function context(written: WrittenMarks, tracks: Tracks): WindowContext {
  const { plans, problems } = compileOal({ scripts: [{ file: 'w.oal', text: OAL }], sources: [definition] });
  expect(problems).toEqual([]);
  return {
    plans,
    excluded: () => undefined,
    retention: () => 7 * 24 * 60 * MINUTE,
    tracks,
    written,
    onLeftOut: (...args) => {
      throw new Error(args.join(' '));
    },
  };
}

const some = fc.record({
  entity: fc.constantFrom('a', 'b', 'c'),
  layer: fc.constantFrom('GENERAL', 'MESH'),
  latency: fc.integer({ min: 0, max: 500 }),
  time: fc.integer({ min: NOW - 2 * MINUTE, max: NOW }),
  /** Several handles may stand for the same entity, and a source may have none. */
  holder: fc.constantFrom('one', 'other', undefined),
});
const windows = fc.array(
  fc.record({
    sources: fc.array(some, { maxLength: 12 }),
    /** What becomes of its commit, and whether the next window had been filled before that was known. */
    stored: fc.boolean(),
    late: fc.boolean(),
  }),
  { maxLength: 12 },
);

test('whatever windows fail, what the stored ones brought is there: every sum, every bucket, every row', () => {
  fc.assert(
    fc.property(windows, fc.integer({ min: 1, max: 3000 }), fc.integer({ min: 0, max: 30 }), (list, markBytes, trackCount) => {
      const tracks = new Tracks(trackCount);
      const shared = context(new WrittenMarks(markBytes), tracks);
      const commits: Commit[] = [];
      const kept: Seen[] = [];
      const handles = new Map<string, EntityHandle>();
      const handleOf = (entity: string, holder: string | undefined): EntityHandle | undefined => {
        if (holder === undefined) return undefined;
        const key = `${holder} ${entity}`;
        const handle = handles.get(key) ?? new EntityHandle(definition, entity);
        handles.set(key, handle);
        return handle;
      };
      let undecided: (() => void) | undefined;
      for (const [i, { sources, stored, late }] of list.entries()) {
        const window = new Window(shared);
        const seen = sources.map(({ holder, ...s }): Seen => ({ definition, handle: handleOf(s.entity, holder), ...s }));
        window.add({ sources: seen, records: [], entities: [], weight: 1 }, NOW);
        window.close();
        expect(tracks.size).toBeLessThanOrEqual(trackCount);
        undecided?.();
        const decide = (): void => {
          const commit = window.toCommit({ writer: 'w', sequence: i });
          if (!stored) return;
          commits.push(commit);
          kept.push(...seen);
          window.stored();
        };
        undecided = late ? decide : undefined;
        if (!late) decide();
      }
      undecided?.();
      expect(metricsOf(commits)).toEqual(plainMetrics(kept));
      expect(rowsOf(commits)).toEqual(plainRows(kept));
    }),
    { numRuns: 300 },
  );
});

/** Merged as a backend merges: by metric, entity and minute. */
function metricsOf(commits: readonly Commit[]): Record<string, unknown> {
  const merged: Record<string, MutableMetricState> = {};
  for (const { entity, minute, metrics } of commits.flatMap((c) => c.deltas)) {
    for (const [model, state] of metrics) {
      const key = `${model.name} ${entity} ${minute}`;
      const known = merged[key];
      merged[key] = known === undefined ? copyMetricState(state) : mergeMetricState(model, known, state);
    }
  }
  return Object.fromEntries(
    Object.entries(merged).map(([key, { slots, table }]) => [
      key,
      table === undefined ? slots[0] : Object.fromEntries([...table].map(([k, v]) => [k, v[0]])),
    ]),
  );
}

function plainMetrics(sources: readonly Seen[]): Record<string, unknown> {
  const totals: Record<string, number> = {};
  const spreads: Record<string, Record<string, number>> = {};
  for (const { entity, time, latency, layer } of sources) {
    const at = `${entity} ${time - (time % MINUTE)}`;
    totals[`total ${at}`] = (totals[`total ${at}`] ?? 0) + latency;
    if (layer !== 'MESH') continue;
    spreads[`spread ${at}`] ??= {};
    const spread = spreads[`spread ${at}`]!;
    const bucket = Math.trunc(latency / 10);
    spread[bucket] = (spread[bucket] ?? 0) + 1;
  }
  return { ...totals, ...spreads };
}

/** By entity and minute: the layers, and that the entity was active. */
function rowsOf(commits: readonly Commit[]): Record<string, unknown> {
  const active = new Set(commits.flatMap((c) => c.deltas.map((d) => `${d.entity} ${d.minute}`)));
  const rows = new Map<string, ReturnType<typeof entityState>>();
  for (const { model, id, at, row } of commits.flatMap((c) => c.entities)) {
    const key = `${id} ${at}`;
    expect(active).toContain(key);
    const state = entityState(model, at, row);
    const known = rows.get(key);
    rows.set(key, known === undefined ? state : mergeEntityStates(model, known, state));
  }
  return Object.fromEntries([...rows].map(([key, state]) => [key, state.get('layers')?.value]));
}

function plainRows(sources: readonly Seen[]): Record<string, unknown> {
  const layers: Record<string, string[]> = {};
  for (const { entity, time, layer } of sources) {
    const key = `${entity} ${time - (time % MINUTE)}`;
    layers[key] = [...new Set([...(layers[key] ?? []), layer])].sort();
  }
  return layers;
}

test('what is remembered as written is bounded, and the newest is remembered', () => {
  const marks = new WrittenMarks(10_000);
  for (let i = 0; i < 10_000; i++) marks.add([`mark ${i} ${'x'.repeat(100)}`]);
  expect(marks.size).toBeLessThan(130);
  expect(marks.has(`mark 9999 ${'x'.repeat(100)}`)).toBe(true);
  expect(marks.has(`mark 0 ${'x'.repeat(100)}`)).toBe(false);
});

describe('what is followed of entities', () => {
  const seen = (entity: string, time: number, layer = 'GENERAL'): Seen => ({ definition, entity, time, layer, latency: 1 });
  const follow = (tracks = new Tracks()) => {
    const shared = context(new WrittenMarks(), tracks);
    let sequence = 0;
    return {
      tracks,
      commit: (now: number, ...sources: Seen[]): Commit => {
        const window = new Window(shared);
        window.add({ sources, records: [], entities: [], weight: 1 }, now);
        window.close();
        window.stored();
        return window.toCommit({ writer: 'w', sequence: sequence++ });
      },
    };
  };

  test('is forgotten with its minute, when nothing came for that in two minutes', () => {
    const { tracks, commit } = follow();
    commit(NOW, seen('a', NOW), seen('b', NOW - MINUTE));
    const both = tracks.size;
    commit(NOW + MINUTE, seen('a', NOW));
    expect(tracks.size).toBe(both);
    commit(NOW + 2 * MINUTE, seen('a', NOW));
    expect(tracks.size).toBe(both / 2);
  });

  test('is forgotten beyond the capacity, and its rows are written again', () => {
    const { tracks, commit } = follow(new Tracks(0));
    for (let i = 0; i < 3; i++) expect(commit(NOW, seen('a', NOW)).entities).toHaveLength(1);
    expect(tracks.size).toBe(0);
  });

  test('stays bounded whatever the number of variants of an entity; the newest ones are not written again', () => {
    const { commit } = follow();
    for (let i = 0; i < 1000; i++) expect(commit(NOW, seen('a', NOW, `layer ${i}`)).entities).toHaveLength(1);
    expect(commit(NOW, seen('a', NOW, 'layer 999')).entities).toHaveLength(0);
    expect(commit(NOW, seen('a', NOW, 'layer 0')).entities).toHaveLength(1);
  });

  test('is not kept by the handles of sources when it is forgotten', () => {
    const { commit } = follow();
    const [handle, second] = [new EntityHandle(definition, 'a'), new EntityHandle(definition, 'a')];
    commit(NOW, { ...seen('a', NOW), handle });
    expect(handle.slot).toBeDefined();
    commit(NOW, { ...seen('a', NOW), handle: second });
    expect([handle.slot, second.slot === undefined]).toEqual([undefined, false]);
    commit(NOW + 3 * MINUTE, seen('b', NOW + 3 * MINUTE));
    expect(second.slot).toBeUndefined();
  });

  test('of two hosts that are given sources with the same handle stays apart', () => {
    const [one, other] = [follow(), follow()];
    const handle = new EntityHandle(definition, 'a');
    for (let i = 0; i < 2; i++) {
      for (const { commit } of [one, other]) {
        const { deltas } = commit(NOW, { ...seen('a', NOW), handle });
        expect(deltas.map(({ metrics }) => [...metrics.values()].map(({ slots }) => slots[0]))).toEqual([[1]]);
      }
    }
  });

  test('a window brings only what it was given itself', () => {
    const { commit } = follow();
    commit(NOW, seen('a', NOW), seen('b', NOW));
    const { deltas } = commit(NOW, seen('b', NOW));
    expect(commit(NOW, { ...seen('a', NOW), latency: Number.NaN }).deltas).toEqual([]);
    expect(deltas.map(({ entity, metrics }) => [entity, ...[...metrics.values()].map(({ slots }) => slots[0])])).toEqual([['b', 1]]);
  });
});
