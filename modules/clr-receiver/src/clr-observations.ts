import { decodeClrReport } from '@skein/proto/clr';
import type { Observation } from '@skein/telemetry';
import type { Directory } from '@skein/telemetry/traffic';
import { clrSources } from './clr-sources.js';

/** What the sources of one look hold in memory, roughly. */
const SOURCES_BYTES = 600;

/** A report's metrics as observations, one for each look at the CLR. Neither service nor instance appears by it. Throws MalformedError. */
export function clrObservations(directory: Directory, report: Uint8Array): readonly Observation[] {
  const { service, serviceInstance, metrics } = decodeClrReport(report);
  const instance = directory.instance(directory.service(service, true), serviceInstance);
  return metrics.map((metric) => ({ sources: clrSources(instance, metric), records: [], entities: [], weight: SOURCES_BYTES }));
}
