import type { Call, SeenFrom, Topology } from './contract/topology.js';

interface MutableCall {
  readonly id: string;
  readonly source: string;
  readonly target: string;
  readonly sourceComponents: Set<string>;
  readonly targetComponents: Set<string>;
  readonly seen: Set<SeenFrom>;
}

/** Collects nodes and calls, each once; calls of equal id are one, with the union of their sides. */
export class TopologyGraph<N extends { readonly id: string }> {
  readonly nodes = new Map<string, N>();
  readonly #calls = new Map<string, MutableCall>();

  constructor(private readonly make: (id: string) => N | undefined) {}

  /** The node of an id, made when it is new; undefined for a text that is no id. */
  node(id: string): N | undefined {
    const known = this.nodes.get(id);
    if (known) return known;
    const node = this.make(id);
    if (node) this.nodes.set(id, node);
    return node;
  }

  call(id: string, source: string, target: string, from: SeenFrom, component?: string): void {
    if (!this.node(source) || !this.node(target)) return;
    let call = this.#calls.get(id);
    if (call === undefined) {
      call = { id, source, target, sourceComponents: new Set(), targetComponents: new Set(), seen: new Set() };
      this.#calls.set(id, call);
    }
    call.seen.add(from);
    if (component !== undefined) (from === 'CLIENT' ? call.sourceComponents : call.targetComponents).add(component);
  }

  calls(): readonly Call[] {
    return Array.from(this.#calls.values(), (c) => ({
      id: c.id,
      source: c.source,
      sourceComponents: [...c.sourceComponents],
      target: c.target,
      targetComponents: [...c.targetComponents],
      detectPoints: (['CLIENT', 'SERVER', 'PROXY'] as const).filter((p) => c.seen.has(p)),
    }));
  }
}

export const EMPTY_TOPOLOGY: Topology<never> = { nodes: [], calls: [] };
