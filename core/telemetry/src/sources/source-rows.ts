import { relationId, serviceGroup } from '../entities/ids.js';
import { isNormalLayer } from '../entities/layers.js';
import {
  EndpointModel,
  InstanceModel,
  InstanceRelationClientModel,
  InstanceRelationProxyModel,
  InstanceRelationServerModel,
  ServiceModel,
  ServiceRelationClientModel,
  ServiceRelationProxyModel,
  ServiceRelationServerModel,
} from '../entities/models.js';
import type { EntityUpdate } from '../storage/observed.js';
import { DetectPoint } from './enums.js';
import type { Source } from './source.js';
import type { RelationSource } from './source-kinds.js';

/** Start of the minute of an instant. */
export const minute = (time: number): number => time - (((time % 60_000) + 60_000) % 60_000);

/** The row of a service that appears in a layer. */
export function serviceUpdate(id: string, name: string, layer: string, time: number): EntityUpdate {
  const at = minute(time);
  return {
    model: ServiceModel,
    id,
    at,
    active: true,
    row: { name, ...serviceGroup(name), normal: isNormalLayer(layer), layers: [layer], firstSeen: at, lastSeen: at },
  };
}

/** The row of an instance that is seen alive. `properties` only from reports that carry them. */
export function instanceUpdate(
  id: string,
  name: string,
  service: string,
  layer: string | undefined,
  time: number,
  properties?: string,
): EntityUpdate {
  const at = minute(time);
  return {
    model: InstanceModel,
    id,
    at,
    active: true,
    row: {
      name,
      service,
      ...(layer !== undefined && { layers: [layer] }),
      ...(properties !== undefined && { properties }),
      firstSeen: at,
      lastSeen: at,
    },
  };
}

/** The row of an endpoint. */
export function endpointUpdate(id: string, name: string, service: string, layer: string, time: number): EntityUpdate {
  const at = minute(time);
  return { model: EndpointModel, id, at, active: true, row: { name, service, layers: [layer], firstSeen: at, lastSeen: at } };
}

/** The component that stands for the way a connection was secured: 142 for `mTLS`, 130 for `TLS`, else 0. Source: analysis.md 5.9. */
export function tlsComponent(tlsMode: string | undefined): number {
  if (tlsMode === 'mTLS') return 142;
  return tlsMode === 'TLS' ? 130 : 0;
}

/** What a relation's row depends on besides its two sides and the minute. */
export type RelationRowSource = Source &
  Pick<RelationSource, 'source' | 'dest' | 'sourceServiceId' | 'destServiceId' | 'componentId' | 'detectPoint' | 'tlsMode'>;

/** Tells sources apart whose rows differ. */
export const relationVariant = (s: RelationRowSource): number => (s.componentId * 4 + s.detectPoint) * 256 + tlsComponent(s.tlsMode);

/** A relation's models, by the number of the DetectPoint that saw it. */
export type RelationSides = ReadonlyMap<number, EntityUpdate['model']>;
export const SERVICE_RELATION_SIDES: RelationSides = new Map([
  [DetectPoint.CLIENT, ServiceRelationClientModel],
  [DetectPoint.SERVER, ServiceRelationServerModel],
  [DetectPoint.PROXY, ServiceRelationProxyModel],
]);
export const INSTANCE_RELATION_SIDES: RelationSides = new Map([
  [DetectPoint.CLIENT, InstanceRelationClientModel],
  [DetectPoint.SERVER, InstanceRelationServerModel],
  [DetectPoint.PROXY, InstanceRelationProxyModel],
]);

/** The row of a relation in the model of the side that saw it; none for sides that nobody knows. */
export function relationUpdate(s: RelationRowSource, sides: RelationSides): readonly EntityUpdate[] {
  const model = sides.get(s.detectPoint);
  if (model === undefined) return [];
  const secured = tlsComponent(s.tlsMode);
  return [
    {
      model,
      id: relationId(s.source, s.dest),
      at: minute(s.time),
      active: true,
      row: {
        source: s.source,
        dest: s.dest,
        sourceService: s.sourceServiceId,
        destService: s.destServiceId,
        components: secured === 0 ? [String(s.componentId)] : [String(s.componentId), String(secured)],
      },
    },
  ];
}
