/** What a slow statement is made of. */
export const SLOW_SQL_FIELDS: ReadonlySet<string> = new Set(['id', 'statement', 'latency']);

/** What a sampled trace is made of. */
export const SAMPLED_TRACE_FIELDS: ReadonlySet<string> = new Set([
  'latency',
  'uri',
  'reason',
  'processId',
  'destProcessId',
  'detectPoint',
  'componentId',
]);

/** Kinds of output that a rule can have, with the fields that its extractor may set besides those of logs. */
export const OUTPUT_TYPES: ReadonlyMap<string, ReadonlySet<string>> = new Map([
  ['Log', new Set<string>()],
  ['SlowSQL', SLOW_SQL_FIELDS],
  ['SampledTrace', SAMPLED_TRACE_FIELDS],
]);
