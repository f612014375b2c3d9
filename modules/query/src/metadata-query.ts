import {
  type Duration,
  EndpointModel,
  InstanceModel,
  LAYERS,
  parseMemberId,
  parseServiceId,
  ServiceModel,
  serviceGroup,
  serviceId,
} from '@skein/telemetry';
import type { Condition, Row } from '@skein/telemetry/storage';
import type { ReadOptions } from './contract/common.js';
import type { Endpoint, EndpointFilter, EndpointInfo, Instance, MetadataQuery, Service, ServiceFilter } from './contract/metadata.js';
import { instanceOf } from './instance-properties.js';
import type { Reads } from './reads.js';

type Stored = Row & { readonly id: string };

const MINUTE = 60_000;
const text = (value: unknown): string => (typeof value === 'string' ? value : '');
const texts = (value: unknown): readonly string[] => (Array.isArray(value) ? (value as readonly string[]) : []);

/** Seen at or after the start, and first seen not after the minute of the exclusive end; query.md 3.5. */
const within = ({ range }: Duration): readonly Condition[] => [
  ['lastSeen', '>=', Math.floor(range.from / MINUTE) * MINUTE],
  ['firstSeen', '<=', Math.floor(range.to / MINUTE) * MINUTE],
];

function serviceOf(row: Stored): Service {
  const parts = parseServiceId(row.id);
  const name = text(row.name) || (parts?.name ?? '');
  return { id: row.id, name, ...serviceGroup(name), layers: texts(row.layers), normal: parts?.normal ?? row.normal === true };
}

export class StoredMetadataQuery implements MetadataQuery {
  constructor(private readonly reads: Reads) {}

  layers(): readonly string[] {
    return LAYERS.slice(1);
  }

  async services({ layer, group, keyword }: ServiceFilter = {}, o?: ReadOptions): Promise<readonly Service[]> {
    const where: Condition[] = [];
    if (layer) where.push(['layers', 'hasAny', [layer]]);
    if (group) where.push(['group', '=', group]);
    const rows = await this.reads.allEntities({ model: ServiceModel, where }, o);
    const byName = new Map<string, Service>();
    for (const service of rows.map(serviceOf)) {
      if (keyword && !service.name.includes(keyword)) continue;
      const same = byName.get(service.name);
      const layers = [...new Set([...(same?.layers ?? []), ...service.layers])];
      byName.set(service.name, { ...(same ?? service), layers });
    }
    return [...byName.values()];
  }

  async service(id: string, o?: ReadOptions): Promise<Service | undefined> {
    if (!parseServiceId(id)) return undefined;
    const [row] = await this.reads.entities({ model: ServiceModel, ids: [id], limit: 1 }, o);
    return row && serviceOf(row);
  }

  serviceNamed(name: string, o?: ReadOptions): Promise<Service | undefined> {
    return this.service(serviceId(name, true), o);
  }

  async instances(service: string, duration: Duration, o?: ReadOptions): Promise<readonly Instance[]> {
    const where: readonly Condition[] = [['service', '=', service], ...within(duration)];
    const rows = await this.reads.allEntities({ model: InstanceModel, where, order: { by: 'name', descending: false } }, o);
    return rows.map(instanceOf);
  }

  async instance(id: string, o?: ReadOptions): Promise<Instance | undefined> {
    const [row] = await this.reads.entities({ model: InstanceModel, ids: [id], limit: 1 }, o);
    return row && instanceOf(row);
  }

  async endpoints(service: string, { keyword, limit, duration }: EndpointFilter, o?: ReadOptions): Promise<readonly Endpoint[]> {
    if (limit < 1) return [];
    const searched = this.reads.storage.traits.capabilities.has('contains');
    const wanted = Math.min(limit, this.reads.settings.maxPage);
    const where: Condition[] = [['service', '=', service]];
    if (duration) where.push(...within(duration));
    if (keyword && searched) where.push(['name', 'contains', keyword]);
    const search = { model: EndpointModel, where, order: { by: 'firstSeen', descending: true } };
    const rows = await (keyword && !searched ? this.reads.allEntities(search, o) : this.reads.entities({ ...search, limit: wanted }, o));
    const found = keyword && !searched ? rows.filter((r) => text(r.name).includes(keyword)) : rows;
    return found.slice(0, wanted).map((r) => ({ id: r.id, name: text(r.name) }));
  }

  endpointInfo(id: string): EndpointInfo | undefined {
    const parts = parseMemberId(id);
    return parts && { id, name: parts.name, serviceId: parts.serviceId, serviceName: parts.service.name };
  }

  async layersOf(ids: readonly string[], o?: ReadOptions): Promise<ReadonlyMap<string, readonly string[]>> {
    if (ids.length === 0) return new Map();
    const rows = await this.reads.entities({ model: ServiceModel, ids, limit: ids.length }, o);
    return new Map(rows.map((r) => [r.id, texts(r.layers)]));
  }
}
