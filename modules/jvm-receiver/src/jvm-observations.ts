import { decodeJvmReport } from '@skein/proto/jvm';
import type { Observation } from '@skein/telemetry';
import type { Directory } from '@skein/telemetry/traffic';
import { jvmSources } from './jvm-sources.js';

/** What a source holds in memory, roughly. */
const SOURCE_BYTES = 200;

/** A report's metrics as observations, one for each look at the JVM. Neither service nor instance appears by it. Throws MalformedError. */
export function jvmObservations(directory: Directory, report: Uint8Array): readonly Observation[] {
  const { service, serviceInstance, metrics } = decodeJvmReport(report);
  const instance = directory.instance(directory.service(service, true), serviceInstance);
  return metrics.map((metric) => {
    const sources = jvmSources(instance, metric);
    return { sources, records: [], entities: [], weight: SOURCE_BYTES * sources.length };
  });
}
