import type { JvmClasses, JvmCollections, JvmMemory, JvmMemoryPool, JvmMemorySizes, JvmMetric, JvmThreads } from '@skein/proto/jvm';
import type { EntityHandle, Source, SourceDefinition } from '@skein/telemetry';
import type { InstanceNode } from '@skein/telemetry/traffic';
import {
  JvmClassDefinition,
  JvmCpuDefinition,
  JvmGcDefinition,
  JvmMemoryDefinition,
  JvmMemoryPoolDefinition,
  JvmThreadDefinition,
} from './jvm-definitions.js';

/** Agents of old JVMs cannot tell small loads from none; the panels of SkyWalking count on at least this. Source: analysis.md 5.9. */
const LEAST_CPU_PERCENT = 1;

/** Something that was measured of an instance. Fields are declared, not initialised: each is then written once, which is several times quicker. */
abstract class Measured<T> implements Source {
  declare readonly definition: SourceDefinition;
  declare readonly entity: string;
  declare readonly handle: EntityHandle;
  declare readonly time: number;
  declare protected readonly measured: T;
  declare private readonly instance: InstanceNode;

  constructor(definition: SourceDefinition, instance: InstanceNode, time: number, measured: T) {
    this.definition = definition;
    this.entity = instance.id;
    this.handle = instance.handle(definition);
    this.time = time;
    this.measured = measured;
    this.instance = instance;
  }

  get name(): string {
    return this.instance.name;
  }

  get serviceName(): string {
    return this.instance.owner.name;
  }
}

class Cpu extends Measured<number> {
  get usePercent(): number {
    return Math.max(this.measured, LEAST_CPU_PERCENT);
  }
}

class Memory extends Measured<JvmMemorySizes> {
  get init(): number {
    return this.measured.init;
  }

  get max(): number {
    return this.measured.max;
  }

  get used(): number {
    return this.measured.used;
  }

  get committed(): number {
    return this.measured.committed;
  }
}

class WholeMemory extends Memory {
  declare protected readonly measured: JvmMemory;

  get heapStatus(): boolean {
    return this.measured.isHeap;
  }
}

class MemoryPool extends Memory {
  declare protected readonly measured: JvmMemoryPool;

  get poolType(): number {
    return this.measured.type;
  }
}

class Collections extends Measured<JvmCollections> {
  get phase(): number {
    return this.measured.phase;
  }

  /** ms; OAL calls it `time`. */
  get spent(): number {
    return this.measured.time;
  }

  get count(): number {
    return this.measured.count;
  }
}

class Threads extends Measured<JvmThreads> {
  get liveCount(): number {
    return this.measured.live;
  }

  get daemonCount(): number {
    return this.measured.daemon;
  }

  get peakCount(): number {
    return this.measured.peak;
  }

  get runnableStateThreadCount(): number {
    return this.measured.runnable;
  }

  get blockedStateThreadCount(): number {
    return this.measured.blocked;
  }

  get waitingStateThreadCount(): number {
    return this.measured.waiting;
  }

  get timedWaitingStateThreadCount(): number {
    return this.measured.timedWaiting;
  }
}

class Classes extends Measured<JvmClasses> {
  get loadedClassCount(): number {
    return this.measured.loaded;
  }

  get totalUnloadedClassCount(): number {
    return this.measured.totalUnloaded;
  }

  get totalLoadedClassCount(): number {
    return this.measured.totalLoaded;
  }
}

/** What one look at a JVM gives: one source for each memory, pool and kind of collection, and one of each other kind, reported or not. */
export function jvmSources(instance: InstanceNode, metric: JvmMetric): Source[] {
  const { time } = metric;
  const sources: Source[] = [new Cpu(JvmCpuDefinition, instance, time, metric.cpuUsagePercent)];
  for (const memory of metric.memory) sources.push(new WholeMemory(JvmMemoryDefinition, instance, time, memory));
  for (const pool of metric.memoryPools) sources.push(new MemoryPool(JvmMemoryPoolDefinition, instance, time, pool));
  for (const collections of metric.collections) sources.push(new Collections(JvmGcDefinition, instance, time, collections));
  sources.push(new Threads(JvmThreadDefinition, instance, time, metric.threads));
  sources.push(new Classes(JvmClassDefinition, instance, time, metric.classes));
  return sources;
}
