import type { ClrMetric } from '@skein/proto/clr';
import type { EntityHandle, Source, SourceDefinition } from '@skein/telemetry';
import type { InstanceNode } from '@skein/telemetry/traffic';
import { ClrCpuDefinition, ClrGcDefinition, ClrThreadDefinition } from './clr-definitions.js';

/** Something that was measured of an instance. */
abstract class Measured implements Source {
  readonly definition: SourceDefinition;
  readonly entity: string;
  readonly handle: EntityHandle;

  constructor(
    definition: SourceDefinition,
    private readonly instance: InstanceNode,
    readonly time: number,
  ) {
    this.definition = definition;
    this.entity = instance.id;
    this.handle = instance.handle(definition);
  }

  get name(): string {
    return this.instance.name;
  }

  get serviceName(): string {
    return this.instance.owner.name;
  }
}

class Cpu extends Measured {
  readonly usePercent: number;

  constructor(instance: InstanceNode, metric: ClrMetric) {
    super(ClrCpuDefinition, instance, metric.time);
    this.usePercent = metric.cpuUsagePercent;
  }
}

class Collections extends Measured {
  readonly gen0CollectCount: number;
  readonly gen1CollectCount: number;
  readonly gen2CollectCount: number;
  readonly heapMemory: number;

  constructor(instance: InstanceNode, metric: ClrMetric) {
    super(ClrGcDefinition, instance, metric.time);
    this.gen0CollectCount = metric.gen0Collections;
    this.gen1CollectCount = metric.gen1Collections;
    this.gen2CollectCount = metric.gen2Collections;
    this.heapMemory = metric.heapMemory;
  }
}

class Threads extends Measured {
  readonly availableCompletionPortThreads: number;
  readonly availableWorkerThreads: number;
  readonly maxCompletionPortThreads: number;
  readonly maxWorkerThreads: number;

  constructor(instance: InstanceNode, metric: ClrMetric) {
    super(ClrThreadDefinition, instance, metric.time);
    this.availableCompletionPortThreads = metric.availableCompletionPortThreads;
    this.availableWorkerThreads = metric.availableWorkerThreads;
    this.maxCompletionPortThreads = metric.maxCompletionPortThreads;
    this.maxWorkerThreads = metric.maxWorkerThreads;
  }
}

/** What one look at a CLR gives: one source of each kind, reported or not. */
export const clrSources = (instance: InstanceNode, metric: ClrMetric): Source[] => [
  new Cpu(instance, metric),
  new Collections(instance, metric),
  new Threads(instance, metric),
];
