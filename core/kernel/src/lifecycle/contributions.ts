import type { AnyPointToken, Contributed } from '../api/tokens.js';
import type { AnyModule, Problem } from '../host/types.js';

/** Everything that hangs on the contribution points of a host. */
export class Contributions {
  readonly #values = new Map<string, Contributed<unknown>[]>();
  #frozen = false;

  /** `modules` in the order of the configuration: data values keep it. */
  constructor(modules: readonly AnyModule[]) {
    for (const module of modules) {
      for (const entry of module.contributes ?? []) {
        if ('point' in entry) for (const value of entry.values) this.#hang(entry.point.id, module.name, value);
      }
    }
  }

  get frozen(): boolean {
    return this.#frozen;
  }

  /** A module hangs a value on a `calls` point. */
  add(point: AnyPointToken, module: string, value: unknown): void {
    this.#hang(point.id, module, value);
  }

  of(point: AnyPointToken): readonly Contributed<unknown>[] {
    return this.#values.get(point.id) ?? [];
  }

  freeze(): void {
    this.#frozen = true;
  }

  /** What the points' own checks say, charged to the owner of the point. */
  problems(modules: readonly AnyModule[], kind: AnyPointToken['kind']): readonly Problem[] {
    return modules.flatMap((owner) =>
      (owner.owns ?? [])
        .filter((point) => point.kind === kind)
        .flatMap((point) => this.#check(point).map((message) => ({ subject: `modules.${owner.name}`, message }))),
    );
  }

  #check(point: AnyPointToken): readonly string[] {
    try {
      return [...(point.check?.(this.of(point)) ?? [])];
    } catch (error) {
      return [`cannot check the values of "${point.id}": ${error instanceof Error ? error.message : String(error)}`];
    }
  }

  #hang(point: string, module: string, value: unknown): void {
    const values = this.#values.get(point);
    if (values === undefined) this.#values.set(point, [{ module, value }]);
    else values.push({ module, value });
  }
}
