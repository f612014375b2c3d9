import { createHash } from 'node:crypto';
import {
  type EntityHandle,
  type EntityUpdate,
  endpointUpdate,
  InstanceRelationClientModel,
  InstanceRelationServerModel,
  instanceUpdate,
  processId,
  processRelationUpdate,
  processUpdate,
  relationId,
  ServiceRelationClientModel,
  ServiceRelationServerModel,
  type SourceDefinition,
  serviceUpdate,
} from '@skein/telemetry';
import type { MeterEntity, ServiceInstanceEntity } from '@skein/telemetry/mal';
import type { Directory, InstanceNode, ServiceNode } from '@skein/telemetry/traffic';

const MINUTE = 60_000;

/** An entity as sources name it. */
export interface FoundEntity {
  readonly id: string;
  /** Of the source that asked; only of entities that are met again and again. */
  readonly handle?: EntityHandle;
  /** What makes its rows differ from others of the same id. */
  readonly variant: string;
  /** The rows that say it is there. Made when they are wanted. */
  rows(time: number): readonly EntityUpdate[];
}

/** Ids and rows of the entities that rules name. Services of meters are never conjectured, whatever their layer. */
export class MeterEntities {
  constructor(private readonly directory: Directory) {}

  find(entity: MeterEntity, definition: SourceDefinition): FoundEntity {
    switch (entity.scope) {
      case 'service': {
        const service = this.directory.service(entity.service, true);
        return {
          id: service.id,
          handle: service.handle(definition),
          variant: entity.layer,
          rows: (time) => [serviceRow(service, entity.layer, time)],
        };
      }
      case 'service_instance': {
        const instance = this.instance(entity.service, entity.instance);
        const properties = propertiesOf(entity);
        return {
          id: instance.id,
          handle: instance.handle(definition),
          variant: properties === undefined ? entity.layer : `${entity.layer} ${digest(properties)}`,
          rows: (time) => instanceRows(instance, entity.layer, time, properties),
        };
      }
      case 'endpoint': {
        const service = this.directory.service(entity.service, true);
        const endpoint = this.directory.endpoint(service, entity.endpoint);
        return {
          id: endpoint.id,
          handle: endpoint.handle(definition),
          variant: entity.layer,
          rows: (time) => [
            serviceRow(service, entity.layer, time),
            endpointUpdate(endpoint.id, endpoint.name, service.id, entity.layer, time),
          ],
        };
      }
      case 'process': {
        const instance = this.instance(entity.service, entity.instance);
        const report = { name: entity.process, service: instance.owner.id, instance: instance.id };
        return {
          id: processId(instance.id, entity.process),
          variant: entity.layer,
          rows: (time) => [...instanceRows(instance, entity.layer, time), processUpdate(report, minuteOf(time))],
        };
      }
      case 'service_relation': {
        const source = this.directory.service(entity.sourceService, true);
        const dest = this.directory.service(entity.destService, true);
        const models = { CLIENT: ServiceRelationClientModel, SERVER: ServiceRelationServerModel };
        return {
          id: relationId(source.id, dest.id),
          variant: variantOf(entity),
          rows: (time) => [
            serviceRow(source, entity.layer, time),
            serviceRow(dest, entity.layer, time),
            ...relationRow(entity, models, { source: source.id, dest: dest.id }, [source, dest], time),
          ],
        };
      }
      case 'service_instance_relation': {
        const source = this.instance(entity.sourceService, entity.sourceInstance);
        const dest = this.instance(entity.destService, entity.destInstance);
        const models = { CLIENT: InstanceRelationClientModel, SERVER: InstanceRelationServerModel };
        return {
          id: relationId(source.id, dest.id),
          variant: variantOf(entity),
          rows: (time) => [
            ...instanceRows(source, entity.layer, time),
            ...instanceRows(dest, entity.layer, time),
            ...relationRow(entity, models, { source: source.id, dest: dest.id }, [source.owner, dest.owner], time),
          ],
        };
      }
      case 'process_relation': {
        const { sourceProcessId: source, destProcessId: dest, componentId, detectPoint } = entity;
        const instance = this.instance(entity.service, entity.instance).id;
        return {
          id: relationId(source, dest),
          variant: `${detectPoint} ${componentId}`,
          rows: (time) =>
            detectPoint === 'CLIENT' || detectPoint === 'SERVER'
              ? [processRelationUpdate({ source, dest, instance, componentId, seenFrom: detectPoint }, time)]
              : [],
        };
      }
    }
  }

  private instance(service: string, name: string): InstanceNode {
    return this.directory.instance(this.directory.service(service, true), name);
  }
}

/** A relation that {@link relationRow} can write. */
type Related = { readonly detectPoint: string; readonly componentId: number; readonly layer: string };
type SideModels = { readonly CLIENT: EntityUpdate['model']; readonly SERVER: EntityUpdate['model'] };

const minuteOf = (time: number): number => Math.floor(time / MINUTE) * MINUTE;
const variantOf = ({ layer, detectPoint, componentId }: Related): string => `${layer} ${detectPoint} ${componentId}`;

/** The id says that the service is a real one, so the row must as well, also in a layer of conjectured ones. */
function serviceRow({ id, name }: ServiceNode, layer: string, time: number): EntityUpdate {
  const update = serviceUpdate(id, name, layer, time);
  return { ...update, row: { ...update.row, normal: true } };
}

const instanceRows = ({ id, name, owner }: InstanceNode, layer: string, time: number, properties?: string): readonly EntityUpdate[] => [
  serviceRow(owner, layer, time),
  instanceUpdate(id, name, owner.id, layer, time, properties),
];

const propertiesOf = ({ properties }: ServiceInstanceEntity): string | undefined =>
  properties === undefined ? undefined : JSON.stringify(Object.fromEntries(properties));

/** Properties may be long, and what is remembered of each entity must not be. */
const digest = (text: string): string => createHash('sha1').update(text).digest('base64');

/** The side that saw it; other sides write no row. */
function relationRow(
  { detectPoint, componentId }: Related,
  models: SideModels,
  ends: { readonly source: string; readonly dest: string },
  [source, dest]: readonly [ServiceNode, ServiceNode],
  time: number,
): readonly EntityUpdate[] {
  if (detectPoint !== 'CLIENT' && detectPoint !== 'SERVER') return [];
  const row = { ...ends, sourceService: source.id, destService: dest.id, components: [String(componentId)] };
  return [{ model: models[detectPoint], id: relationId(ends.source, ends.dest), at: minuteOf(time), active: true, row }];
}
