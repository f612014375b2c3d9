import { isError } from '@skein/zipkin-analyzer/contract';
import type { StoredSpan } from './stored-span.js';

/** How often one service called another. */
export interface DependencyLink {
  readonly parent: string;
  readonly child: string;
  readonly callCount: number;
  readonly errorCount?: number;
}

interface Node {
  readonly span: StoredSpan;
  parent: Node | undefined;
  hasChildren: boolean;
}

/** Spans above a span that are looked at. */
const MOST_STEPS = 1000;

/**
 * Counts calls between services as Zipkin does: a server's span is a call of the nearest service above it, and a client's span one to the
 * service that it names, unless there are spans below it, which know better. Messages are calls between a service and a broker.
 */
export class DependencyLinks {
  private readonly links = new Map<string, { parent: string; child: string; callCount: number; errorCount: number }>();

  /** All spans of one trace. */
  add(spans: readonly StoredSpan[]): void {
    for (const node of nodesOf(spans)) this.count(node);
  }

  list(): readonly DependencyLink[] {
    return [...this.links.values()].map(({ errorCount, ...link }) => (errorCount > 0 ? { ...link, errorCount } : link));
  }

  private count(node: Node): void {
    const { span } = node;
    const local = span.localEndpoint?.serviceName;
    const remote = span.remoteEndpoint?.serviceName;
    const kind = span.kind ?? (local !== undefined && remote !== undefined ? 'CLIENT' : undefined);
    if (kind === undefined) return;
    const failed = hasFailed(span);
    if (kind === 'PRODUCER') this.link(local, remote, failed);
    else if (kind === 'CONSUMER') this.link(remote, local, failed);
    else if (kind === 'SERVER') this.countServer(node, local, remote, failed);
    else this.countClient(node, local, remote, failed);
  }

  private countServer(node: Node, local: string | undefined, remote: string | undefined, failed: boolean): void {
    const above = requestAbove(node);
    const caller = above?.span.localEndpoint?.serviceName ?? remote;
    const failedThere = above !== undefined && above === node.parent && above.span.kind === 'CLIENT' && hasFailed(above.span);
    this.link(caller, local, failed || failedThere);
  }

  private countClient(node: Node, local: string | undefined, remote: string | undefined, failed: boolean): void {
    const above = requestAbove(node)?.span.localEndpoint?.serviceName;
    // The service between that one and this client sent no span of its own.
    if (above !== undefined && local !== undefined && above !== local) this.link(above, local, false);
    if (!node.hasChildren) this.link(local ?? above, remote, failed);
  }

  private link(parent: string | undefined, child: string | undefined, failed: boolean): void {
    if (parent === undefined || child === undefined) return;
    const key = `${parent.length} ${parent} ${child}`;
    let link = this.links.get(key);
    if (link === undefined) {
      link = { parent, child, callCount: 0, errorCount: 0 };
      this.links.set(key, link);
    }
    link.callCount++;
    if (failed) link.errorCount++;
  }
}

const hasFailed = ({ tags = {} }: StoredSpan): boolean => isError({ tags: new Map(Object.entries(tags)) });

/** The nearest span above that is one side of a request. */
function requestAbove(node: Node): Node | undefined {
  let above = node.parent;
  for (let steps = 0; above !== undefined && steps < MOST_STEPS; steps++) {
    if (above.span.kind !== undefined) return above;
    above = above.parent;
  }
  return undefined;
}

/** The tree of a trace. Below a shared span is who served it, below that what the server did. */
function nodesOf(spans: readonly StoredSpan[]): readonly Node[] {
  const own = new Map<string, Node>();
  const served = new Map<string, Node>();
  const nodes: Node[] = [];
  for (const span of spans) {
    const half = span.shared === true ? served : own;
    // The same span reported in parts is one call.
    if (half.has(span.id)) continue;
    const node = { span, parent: undefined, hasChildren: false };
    half.set(span.id, node);
    nodes.push(node);
  }
  for (const node of nodes) {
    node.parent = parentOf(node.span, own, served);
    if (node.parent !== undefined) node.parent.hasChildren = true;
  }
  return nodes;
}

function parentOf(span: StoredSpan, own: ReadonlyMap<string, Node>, served: ReadonlyMap<string, Node>): Node | undefined {
  const client = span.shared === true ? own.get(span.id) : undefined;
  if (client !== undefined || span.parentId === undefined) return client;
  const half = served.get(span.parentId);
  const service = span.localEndpoint?.serviceName;
  if (half !== undefined && (half.span.localEndpoint?.serviceName === service || !own.has(span.parentId))) return half;
  return own.get(span.parentId) ?? half;
}
