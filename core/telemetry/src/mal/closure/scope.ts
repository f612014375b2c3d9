import { MalError } from '../problem.js';
import type { Place } from '../syntax-tree.js';

/** What a parameter of a closure is. `labels` are texts by name; `entity` has names to read and attributes to write. */
export type Role = 'labels' | 'text' | 'entity';

export interface Variable {
  readonly slot: number;
  /** Undefined for a variable of the closure's own. */
  readonly role: Role | undefined;
}

/** The names known at a place of a closure. Blocks see those around them. */
export class Scope {
  private readonly names = new Map<string, Variable>();

  private constructor(
    private readonly slots: { count: number },
    private readonly outer: Scope | undefined,
  ) {}

  static root(): Scope {
    return new Scope({ count: 0 }, undefined);
  }

  inner(): Scope {
    return new Scope(this.slots, this);
  }

  /** Slots needed by all variables of the closure. */
  get size(): number {
    return this.slots.count;
  }

  define(name: string, role: Role | undefined, at: Place): Variable {
    if (this.find(name) !== undefined) throw new MalError(at, `"${name}" is there already`);
    const variable = { slot: this.slots.count++, role };
    this.names.set(name, variable);
    return variable;
  }

  find(name: string): Variable | undefined {
    return this.names.get(name) ?? this.outer?.find(name);
  }

  *known(): Generator<string> {
    yield* this.names.keys();
    if (this.outer !== undefined) yield* this.outer.known();
  }
}
