import type { JvmClasses, JvmCollections, JvmMemory, JvmMemoryPool, JvmMetric, JvmThreads } from '@skein/proto/jvm';
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

  constructor(instance: InstanceNode, time: number, usagePercent: number) {
    super(JvmCpuDefinition, instance, time);
    this.usePercent = Math.max(usagePercent, LEAST_CPU_PERCENT);
  }
}

class Memory extends Measured {
  readonly heapStatus: boolean;
  readonly init: number;
  readonly max: number;
  readonly used: number;
  readonly committed: number;

  constructor(instance: InstanceNode, time: number, memory: JvmMemory) {
    super(JvmMemoryDefinition, instance, time);
    this.heapStatus = memory.isHeap;
    this.init = memory.init;
    this.max = memory.max;
    this.used = memory.used;
    this.committed = memory.committed;
  }
}

class MemoryPool extends Measured {
  readonly poolType: number;
  readonly init: number;
  readonly max: number;
  readonly used: number;
  readonly committed: number;

  constructor(instance: InstanceNode, time: number, pool: JvmMemoryPool) {
    super(JvmMemoryPoolDefinition, instance, time);
    this.poolType = pool.type;
    this.init = pool.init;
    this.max = pool.max;
    this.used = pool.used;
    this.committed = pool.committed;
  }
}

class Collections extends Measured {
  readonly phase: number;
  /** ms; OAL calls it `time`. */
  readonly spent: number;
  readonly count: number;

  constructor(instance: InstanceNode, time: number, collections: JvmCollections) {
    super(JvmGcDefinition, instance, time);
    this.phase = collections.phase;
    this.spent = collections.time;
    this.count = collections.count;
  }
}

class Threads extends Measured {
  readonly liveCount: number;
  readonly daemonCount: number;
  readonly peakCount: number;
  readonly runnableStateThreadCount: number;
  readonly blockedStateThreadCount: number;
  readonly waitingStateThreadCount: number;
  readonly timedWaitingStateThreadCount: number;

  constructor(instance: InstanceNode, time: number, threads: JvmThreads) {
    super(JvmThreadDefinition, instance, time);
    this.liveCount = threads.live;
    this.daemonCount = threads.daemon;
    this.peakCount = threads.peak;
    this.runnableStateThreadCount = threads.runnable;
    this.blockedStateThreadCount = threads.blocked;
    this.waitingStateThreadCount = threads.waiting;
    this.timedWaitingStateThreadCount = threads.timedWaiting;
  }
}

class Classes extends Measured {
  readonly loadedClassCount: number;
  readonly totalUnloadedClassCount: number;
  readonly totalLoadedClassCount: number;

  constructor(instance: InstanceNode, time: number, classes: JvmClasses) {
    super(JvmClassDefinition, instance, time);
    this.loadedClassCount = classes.loaded;
    this.totalUnloadedClassCount = classes.totalUnloaded;
    this.totalLoadedClassCount = classes.totalLoaded;
  }
}

/** What one look at a JVM gives: one source for each memory, pool and kind of collection, and one of each other kind, reported or not. */
export function jvmSources(instance: InstanceNode, metric: JvmMetric): Source[] {
  const { time } = metric;
  const sources: Source[] = [new Cpu(instance, time, metric.cpuUsagePercent)];
  for (const memory of metric.memory) sources.push(new Memory(instance, time, memory));
  for (const pool of metric.memoryPools) sources.push(new MemoryPool(instance, time, pool));
  for (const collections of metric.collections) sources.push(new Collections(instance, time, collections));
  sources.push(new Threads(instance, time, metric.threads), new Classes(instance, time, metric.classes));
  return sources;
}
