import type { Commit, Instant, MetricModel, MetricState } from '@skein/telemetry/storage';

type Delta = Commit['deltas'][number] & { readonly metrics: Map<MetricModel, MetricState> };

/** The deltas of a commit: one for each scope, entity and minute, whichever sources they came from. */
export class DeltaSet {
  private readonly scopes = new Map<string, Map<Instant, Map<string, Delta>>>();

  /** The metrics of an entity's minute; being asked for makes it an active one. */
  at(scope: string, entity: string, minute: Instant): Map<MetricModel, MetricState> {
    let minutes = this.scopes.get(scope);
    if (minutes === undefined) {
      minutes = new Map();
      this.scopes.set(scope, minutes);
    }
    let entities = minutes.get(minute);
    if (entities === undefined) {
      entities = new Map();
      minutes.set(minute, entities);
    }
    let delta = entities.get(entity);
    if (delta === undefined) {
      delta = { scope, entity, minute, metrics: new Map() };
      entities.set(entity, delta);
    }
    return delta.metrics;
  }

  list(): Delta[] {
    const deltas: Delta[] = [];
    for (const minutes of this.scopes.values()) {
      for (const entities of minutes.values()) deltas.push(...entities.values());
    }
    return deltas;
  }
}
