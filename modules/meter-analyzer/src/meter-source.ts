import type { EntityHandle, Source, SourceDefinition } from '@skein/telemetry';
import type { FoundEntity } from './meter-entities.js';

/** One value of one metric, on its way to aggregation. */
export class MeterSource implements Source {
  declare readonly definition: SourceDefinition;
  declare readonly entity: string;
  declare readonly handle: EntityHandle | undefined;
  declare readonly time: number;
  /** A whole number from 0 up. */
  declare readonly value: number;
  /** What the table of the metric is keyed by; empty where it has none. */
  declare readonly label: string;

  constructor(definition: SourceDefinition, { id, handle }: FoundEntity, time: number, value: number, label: string) {
    this.definition = definition;
    this.entity = id;
    this.handle = handle;
    this.time = time;
    this.value = value;
    this.label = label;
  }
}
