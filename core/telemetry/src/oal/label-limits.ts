/** Labels remembered in all; at about 100 bytes each, some 20 MB. */
const CAPACITY = 200_000;
const HOUR = 3_600_000;

/**
 * Keeps the labels that a metric of an entity took in an hour within the metric's limit, over all windows of the hour.
 * When more than `capacity` labels are remembered, those of the least recently begun (metric, entity, hour) are forgotten, which
 * lets that one take its limit again; `forgotten` counts how often.
 */
export class LabelLimits {
  private readonly taken = new Map<string, Set<string>>();
  private size = 0;
  forgotten = 0;

  constructor(private readonly capacity = CAPACITY) {}

  /** Whether the label is among the first `limit` of its metric, entity and hour. */
  admit(metric: string, entity: string, minute: number, label: string, limit: number): boolean {
    const key = `${Math.floor(minute / HOUR)} ${metric} ${entity}`;
    let labels = this.taken.get(key);
    if (labels === undefined) {
      labels = new Set();
      this.taken.set(key, labels);
    }
    if (labels.has(label)) return true;
    if (labels.size >= limit) return false;
    labels.add(label);
    this.size++;
    if (this.size > this.capacity) this.forget(key);
    return true;
  }

  private forget(keep: string): void {
    for (const [key, labels] of this.taken) {
      if (this.size <= this.capacity) return;
      if (key === keep) continue;
      this.taken.delete(key);
      this.size -= labels.size;
      this.forgotten++;
    }
  }
}
