import { COMPONENTS, componentName, componentPriority, parseServiceId, relationId, serverOf } from '@skein/telemetry';
import type { ServiceNode, Topology } from './contract/topology.js';
import { TopologyGraph } from './topology-graph.js';

/** A relation as one side saw it. */
export interface Relation {
  readonly id: string;
  readonly source: string;
  readonly dest: string;
  /** Ids. */
  readonly components: readonly number[];
}

const USER = 'VXNlcg==.0';
const NOT_AVAILABLE = 'N/A';
const known: ReadonlySet<number> = new Set(COMPONENTS.map((c) => c.id));
/** The component's name as the protocol shows it. */
export const shownComponent = (id: number): string => (known.has(id) ? componentName(id) : NOT_AVAILABLE);

interface Typed {
  readonly id: string;
  readonly name: string;
  readonly isReal: boolean;
  type: string | undefined;
  /** Of the server component that gave the type. */
  priority: number;
}

const typed = (id: string): Typed | undefined => {
  const parts = parseServiceId(id);
  return parts && { id, name: parts.name, isReal: parts.normal, type: undefined, priority: -1 };
};

/** Builds a service topology from both sides; the rules are those of analysis.md 6.2. */
export class ServiceTopology {
  readonly #graph = new TopologyGraph<Typed>(typed);

  /** `alias`: the service behind an address, by the address. */
  addClientSide({ source, dest, components }: Relation, alias: ReadonlyMap<string, string>): void {
    const address = parseServiceId(dest)?.name;
    // Rewriting gives the call the id that the server side gives it, so that both become one edge.
    const target = (address === undefined ? undefined : alias.get(address)) ?? dest;
    const node = this.#graph.node(target);
    for (const component of components) {
      this.#graph.call(relationId(source, target), source, target, 'CLIENT', shownComponent(component));
      if (node && !node.isReal && node.type === undefined) node.type = serverOf(shownComponent(component));
    }
  }

  addServerSide({ id, source, dest, components }: Relation): void {
    for (const component of components) {
      this.#graph.call(id, source, dest, 'SERVER', shownComponent(component));
      const caller = this.#graph.nodes.get(source);
      if (caller?.id === USER) caller.type = 'USER';
      else if (caller && !caller.isReal) caller.type ??= serverOf(shownComponent(component));
      this.nameType(dest, component);
    }
  }

  /** What a proxy between the two saw. It types no node: see {@link nameType}. */
  addProxySide({ id, source, dest, components }: Relation): void {
    for (const component of components) this.#graph.call(id, source, dest, 'PROXY', shownComponent(component));
  }

  /** A server component seen at a node: the one of highest priority names the node's type, and beats what the client side said. */
  nameType(id: string, component: number): void {
    const node = this.#graph.nodes.get(id);
    const priority = componentPriority(component);
    if (!node || priority <= node.priority) return;
    node.type = shownComponent(component);
    node.priority = priority;
  }

  /** Real nodes that still lack a type. */
  untyped(): readonly string[] {
    return [...this.#graph.nodes.values()].filter((n) => n.isReal && n.type === undefined).map((n) => n.id);
  }

  ids(): readonly string[] {
    return [...this.#graph.nodes.keys()];
  }

  finish(layers: ReadonlyMap<string, readonly string[]>): Topology<ServiceNode> {
    const nodes = Array.from(this.#graph.nodes.values(), ({ id, name, type, isReal }) => {
      const own = layers.get(id);
      return { id, name, type, isReal, layers: own && own.length > 0 ? own : ['UNDEFINED'] };
    });
    return { nodes, calls: this.#graph.calls() };
  }
}
