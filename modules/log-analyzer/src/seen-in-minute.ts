/** Entities that are remembered; beyond, all are forgotten, and rows are written again, which storage merges. */
const CAPACITY = 100_000;

/** Remembers which entities were seen in which layers in the present minute, so that their rows are written once in it. */
export class SeenInMinute {
  private readonly byLayer = new Map<string, Set<object>>();
  private minute = Number.NaN;
  private count = 0;

  /** True unless the same entity was asked for in the same layer and minute before. `entity`: a node of a directory. */
  first(entity: object, layer: string, now: number): boolean {
    const minute = Math.floor(now / 60_000);
    if (minute !== this.minute || this.count >= CAPACITY) {
      this.clear();
      this.minute = minute;
    }
    let seen = this.byLayer.get(layer);
    if (seen === undefined) {
      seen = new Set();
      this.byLayer.set(layer, seen);
    }
    if (seen.has(entity)) return false;
    seen.add(entity);
    this.count++;
    return true;
  }

  /** After rows were lost on their way to storage: write all of them again. */
  clear(): void {
    this.byLayer.clear();
    this.count = 0;
  }
}
