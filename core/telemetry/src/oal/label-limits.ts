/** Memory of the remembered labels, about: a byte a character, and what the engine adds to a string and a set. */
const CAPACITY = 16 * 1024 * 1024;
const LABEL_OVERHEAD = 64;
const GROUP_OVERHEAD = 256;
const HOUR = 3_600_000;

/** The labels of one metric of one entity in one hour. */
interface Group {
  readonly labels: Set<string>;
  bytes: number;
}

/**
 * Keeps the labels that a metric of an entity took in an hour within the metric's limit, over all windows of the hour.
 * When more than `capacity` bytes are remembered, the groups begun first are forgotten, which lets them take their limit again;
 * `forgotten` counts them.
 */
export class LabelLimits {
  private readonly groups = new Map<string, Group>();
  private bytes = 0;
  forgotten = 0;

  constructor(private readonly capacity = CAPACITY) {}

  /** Whether the label is among the first `limit` of its metric, entity and hour. */
  admit(metric: string, entity: string, minute: number, label: string, limit: number): boolean {
    const key = `${Math.floor(minute / HOUR)} ${metric} ${entity}`;
    const group = this.groups.get(key) ?? this.begin(key);
    if (group.labels.has(label)) return true;
    if (group.labels.size >= limit) return false;
    group.labels.add(label);
    this.grow(group, label.length + LABEL_OVERHEAD);
    if (this.bytes > this.capacity) this.forget(key);
    return true;
  }

  private begin(key: string): Group {
    const group: Group = { labels: new Set(), bytes: 0 };
    this.groups.set(key, group);
    this.grow(group, key.length + GROUP_OVERHEAD);
    return group;
  }

  private grow(group: Group, bytes: number): void {
    group.bytes += bytes;
    this.bytes += bytes;
  }

  private forget(keep: string): void {
    for (const [key, { bytes }] of this.groups) {
      if (this.bytes <= this.capacity) return;
      if (key === keep) continue;
      this.groups.delete(key);
      this.bytes -= bytes;
      this.forgotten++;
    }
  }
}
