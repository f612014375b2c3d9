import type { AttributeDefinition, SourceDefinition } from '@skein/telemetry';

const string: AttributeDefinition = { type: 'string' };
const long: AttributeDefinition = { type: 'long' };
const int: AttributeDefinition = { type: 'int' };

/** What is measured of an instance. Names and scope ids: analysis.md 3.1 and 3.2. */
const ofInstance = (name: string, scopeId: number, attributes: SourceDefinition['attributes']): SourceDefinition => ({
  name,
  scopeId,
  scope: 'service_instance',
  catalog: 'SERVICE_INSTANCE',
  attributes: { name: string, serviceName: string, ...attributes },
});

export const ClrCpuDefinition = ofInstance('ServiceInstanceCLRCPU', 19, { usePercent: { type: 'double' } });

export const ClrGcDefinition = ofInstance('ServiceInstanceCLRGC', 20, {
  gen0CollectCount: long,
  gen1CollectCount: long,
  gen2CollectCount: long,
  heapMemory: long,
});

export const ClrThreadDefinition = ofInstance('ServiceInstanceCLRThread', 21, {
  availableCompletionPortThreads: int,
  availableWorkerThreads: int,
  maxCompletionPortThreads: int,
  maxWorkerThreads: int,
});

/** All sources that .NET agents give. */
export const CLR_SOURCES: readonly SourceDefinition[] = [ClrCpuDefinition, ClrGcDefinition, ClrThreadDefinition];
