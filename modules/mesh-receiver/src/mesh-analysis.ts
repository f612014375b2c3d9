import type { MeshItem } from '@skein/proto/mesh';
import { DetectPoint, type EntityUpdate, type Layer, type Observation, type Source } from '@skein/telemetry';
import {
  type Connection,
  type Directory,
  type InstanceNode,
  RelationTraffic,
  ServedTraffic,
  type Side,
  TcpRelation,
  TcpServed,
} from '@skein/telemetry/traffic';
import { connectionFacts, detectPointOf, MeshFacts, TCP } from './mesh-facts.js';
import type { ReportedProperties } from './reported-properties.js';

/** Rough sizes in memory: a source with the objects only it refers to, and an entity row. */
const SOURCE_BYTES = 200;
const ROW_BYTES = 300;

const MESH: Layer = 'MESH';
const NO_ROWS: readonly EntityUpdate[] = [];

const isBlank = (text: string): boolean => text.trim() === '';

/** What proxies saw, as observations: analysis.md 5.9. Synchronous. */
export class MeshAnalysis {
  constructor(
    private readonly directory: Directory,
    private readonly properties: ReportedProperties,
    /** Otherwise connections give rows only. */
    private readonly tcpMetrics: boolean,
  ) {}

  /** Undefined for an item that does not say which service was called. */
  observe(item: MeshItem): Observation | undefined {
    if (isBlank(item.destService)) return undefined;
    const callee = this.instance(item.destService, item.destInstance);
    const detectPoint = detectPointOf(item);
    const sources = item.isConnection ? this.connection(item, callee, detectPoint) : this.request(item, callee, detectPoint);
    const known = detectPoint === DetectPoint.SERVER && callee.name !== '' ? this.properties.update(callee, MESH, item) : undefined;
    return item.isConnection && !this.tcpMetrics
      ? observation([], [...rowsOf(sources), ...(known === undefined ? [] : [known])])
      : observation(sources, known === undefined ? NO_ROWS : [known]);
  }

  private instance(service: string, name: string): InstanceNode {
    return this.directory.instance(this.directory.service(service, true), isBlank(name) ? '' : name);
  }

  private request(item: MeshItem, callee: InstanceNode, detectPoint: number): Source[] {
    const facts = new MeshFacts(item);
    const sources: Source[] = [];
    let to: Side = callee.side(MESH);
    if (detectPoint === DetectPoint.SERVER) {
      const endpoint = isBlank(item.endpoint) ? undefined : this.directory.endpoint(callee.owner, item.endpoint);
      if (endpoint !== undefined) to = { service: callee.owner, instance: callee, layer: MESH, endpoint, endpointLayer: MESH };
      sources.push(ServedTraffic.all(facts, to, this.directory.all), ServedTraffic.service(facts, to));
      if (callee.name !== '') sources.push(ServedTraffic.instance(facts, to));
      if (endpoint !== undefined) sources.push(ServedTraffic.endpoint(facts, to, endpoint));
    }
    if (isBlank(item.sourceService)) return sources;
    const caller = this.instance(item.sourceService, item.sourceInstance);
    const call = { from: caller.side(MESH), to, facts, detectPoint, span: facts };
    if (caller.name === '' || callee.name === '') {
      sources.push(new RelationTraffic(this.directory.serviceRelation(caller.owner, callee.owner), call));
    } else {
      const relation = this.directory.instanceRelation(caller, callee);
      sources.push(new RelationTraffic(relation.services, call), new RelationTraffic(relation, call));
    }
    return sources;
  }

  private connection(item: MeshItem, callee: InstanceNode, detectPoint: number): Source[] {
    const caller = this.instance(item.sourceService, item.sourceInstance);
    const facts = connectionFacts(item);
    const connection: Connection = { from: caller.side(MESH), to: callee.side(MESH), facts, detectPoint, componentId: TCP };
    const sources: Source[] = [];
    if (detectPoint === DetectPoint.SERVER) {
      sources.push(TcpServed.service(connection));
      if (callee.name !== '') sources.push(TcpServed.instance(connection));
    }
    if (isBlank(item.sourceService)) return sources;
    sources.push(TcpRelation.services(this.directory.serviceRelation(caller.owner, callee.owner), connection));
    if (caller.name !== '' && callee.name !== '') {
      sources.push(TcpRelation.instances(this.directory.instanceRelation(caller, callee), connection));
    }
    return sources;
  }
}

/** The rows that sources would write by appearing. */
const rowsOf = (sources: readonly Source[]): EntityUpdate[] => sources.flatMap((s) => s.definition.rows?.(s as never) ?? []);

const observation = (sources: readonly Source[], entities: readonly EntityUpdate[]): Observation => ({
  sources,
  records: [],
  entities,
  weight: SOURCE_BYTES * sources.length + ROW_BYTES * entities.length,
});
