import type { ClrMetric } from '@skein/proto/clr';
import type { EntityHandle, Source, SourceDefinition } from '@skein/telemetry';
import type { InstanceNode } from '@skein/telemetry/traffic';
import { ClrCpuDefinition, ClrGcDefinition, ClrThreadDefinition } from './clr-definitions.js';

/** Something that was measured of an instance. Fields are declared, not initialised: each is then written once, which is several times quicker. */
abstract class Measured implements Source {
  declare readonly definition: SourceDefinition;
  declare readonly entity: string;
  declare readonly handle: EntityHandle;
  declare readonly time: number;
  declare protected readonly metric: ClrMetric;
  declare private readonly instance: InstanceNode;

  constructor(definition: SourceDefinition, instance: InstanceNode, metric: ClrMetric) {
    this.definition = definition;
    this.entity = instance.id;
    this.handle = instance.handle(definition);
    this.time = metric.time;
    this.metric = metric;
    this.instance = instance;
  }

  get name(): string {
    return this.instance.name;
  }

  get serviceName(): string {
    return this.instance.owner.name;
  }
}

class Cpu extends Measured {
  get usePercent(): number {
    return this.metric.cpuUsagePercent;
  }
}

class Collections extends Measured {
  get gen0CollectCount(): number {
    return this.metric.gen0Collections;
  }

  get gen1CollectCount(): number {
    return this.metric.gen1Collections;
  }

  get gen2CollectCount(): number {
    return this.metric.gen2Collections;
  }

  get heapMemory(): number {
    return this.metric.heapMemory;
  }
}

class Threads extends Measured {
  get availableCompletionPortThreads(): number {
    return this.metric.availableCompletionPortThreads;
  }

  get availableWorkerThreads(): number {
    return this.metric.availableWorkerThreads;
  }

  get maxCompletionPortThreads(): number {
    return this.metric.maxCompletionPortThreads;
  }

  get maxWorkerThreads(): number {
    return this.metric.maxWorkerThreads;
  }
}

/** What one look at a CLR gives: one source of each kind, reported or not. */
export const clrSources = (instance: InstanceNode, metric: ClrMetric): Source[] => [
  new Cpu(ClrCpuDefinition, instance, metric),
  new Collections(ClrGcDefinition, instance, metric),
  new Threads(ClrThreadDefinition, instance, metric),
];
