import type { AttributeDefinition, SourceDefinition } from '@skein/telemetry';

/** Number and name of each memory pool on the wire, receivers.md 6.4. */
export const MemoryPoolType = {
  CODE_CACHE_USAGE: 0,
  NEWGEN_USAGE: 1,
  OLDGEN_USAGE: 2,
  SURVIVOR_USAGE: 3,
  PERMGEN_USAGE: 4,
  METASPACE_USAGE: 5,
  ZHEAP_USAGE: 6,
  COMPRESSED_CLASS_SPACE_USAGE: 7,
  CODEHEAP_NON_NMETHODS_USAGE: 8,
  CODEHEAP_PROFILED_NMETHODS_USAGE: 9,
  CODEHEAP_NON_PROFILED_NMETHODS_USAGE: 10,
} as const;

/** Which generation a garbage collection was of, as on the wire. */
export const GCPhase = { NEW: 0, OLD: 1, NORMAL: 2 } as const;

const string: AttributeDefinition = { type: 'string' };
const long: AttributeDefinition = { type: 'long' };
const sizes = { init: long, max: long, used: long, committed: long } as const;

/** What is measured of an instance. Names and scope ids: analysis.md 3.1 and 3.2. */
const ofInstance = (name: string, scopeId: number, attributes: SourceDefinition['attributes']): SourceDefinition => ({
  name,
  scopeId,
  scope: 'service_instance',
  catalog: 'SERVICE_INSTANCE',
  attributes: { name: string, serviceName: string, ...attributes },
});

export const JvmCpuDefinition = ofInstance('ServiceInstanceJVMCPU', 8, { usePercent: { type: 'double' } });

export const JvmMemoryDefinition = ofInstance('ServiceInstanceJVMMemory', 9, { heapStatus: { type: 'bool' }, ...sizes });

export const JvmMemoryPoolDefinition = ofInstance('ServiceInstanceJVMMemoryPool', 10, {
  poolType: { type: 'enum', enum: { name: 'MemoryPoolType', values: MemoryPoolType } },
  ...sizes,
});

export const JvmGcDefinition = ofInstance('ServiceInstanceJVMGC', 11, {
  phase: { type: 'enum', enum: { name: 'GCPhase', values: GCPhase } },
  time: { type: 'long', property: 'spent' },
  count: long,
});

export const JvmThreadDefinition = ofInstance('ServiceInstanceJVMThread', 33, {
  liveCount: long,
  daemonCount: long,
  peakCount: long,
  runnableStateThreadCount: long,
  blockedStateThreadCount: long,
  waitingStateThreadCount: long,
  timedWaitingStateThreadCount: long,
});

export const JvmClassDefinition = ofInstance('ServiceInstanceJVMClass', 44, {
  loadedClassCount: long,
  totalUnloadedClassCount: long,
  totalLoadedClassCount: long,
});

/** All sources that Java agents give. */
export const JVM_SOURCES: readonly SourceDefinition[] = [
  JvmCpuDefinition,
  JvmMemoryDefinition,
  JvmMemoryPoolDefinition,
  JvmGcDefinition,
  JvmThreadDefinition,
  JvmClassDefinition,
];
