import type { Commit, MetricModel, Model } from '@skein/telemetry/storage';
import type { Store } from './store.js';

/** Models that `open` was not told of are stored before anything of theirs is, so that a replay knows them. */
export async function learnModels(store: Store, commit: Commit): Promise<void> {
  const missing: Model[] = [];
  for (const { model } of commit.records) if (store.models.record(model.name) === undefined) missing.push(model);
  for (const { model } of commit.entities) if (store.models.entity(model.name) === undefined) missing.push(model);
  if (missing.length > 0) {
    const [problem] = await store.models.open(store.directory.database, missing);
    if (problem) throw new Error(`model ${problem.model} cannot be stored: ${problem.reason}`);
  }
  const metrics = new Set<MetricModel>();
  for (const { layout } of commit.deltas)
    if (store.layouts.find(layout) === undefined) for (const model of layout.models) metrics.add(model);
  if (metrics.size > 0) await store.columns.assign([...metrics]);
}
