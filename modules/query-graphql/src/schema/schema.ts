import { alarmSchema } from './alarm.js';
import { browserSchema } from './browser.js';
import { commonSchema } from './common.js';
import { ebpfSchema } from './ebpf.js';
import { eventSchema } from './event.js';
import { logSchema } from './log.js';
import { metadataSchema } from './metadata.js';
import { metricsSchema } from './metrics.js';
import { profilingSchema } from './profiling.js';
import { topologySchema } from './topology.js';
import { traceSchema } from './trace.js';
import { uiSchema } from './ui.js';

/** The query protocol in full: the union of the 10.x and 11.0 dialects. */
export const PROTOCOL_SCHEMA: readonly string[] = [
  commonSchema,
  metadataSchema,
  metricsSchema,
  topologySchema,
  traceSchema,
  logSchema,
  eventSchema,
  alarmSchema,
  browserSchema,
  profilingSchema,
  ebpfSchema,
  uiSchema,
];
