import { randomUUID } from 'node:crypto';

const NANOS_PER_MS = 1_000_000;

/** Runs a query; with `debug` its answer tells how long it took, times in ns. */
export async function traced<T extends object>(
  debug: boolean | null | undefined,
  operation: string,
  condition: unknown,
  run: () => Promise<T>,
): Promise<T | (T & { readonly debuggingTrace: object })> {
  if (!debug) return run();
  const startTime = Date.now() * NANOS_PER_MS;
  const begun = process.hrtime.bigint();
  const result = await run();
  const duration = Number(process.hrtime.bigint() - begun);
  const times = { startTime, endTime: startTime + duration, duration };
  const span = { spanId: 0, parentSpanId: -1, operation, ...times, msg: null, error: null };
  return { ...result, debuggingTrace: { traceId: randomUUID(), condition: JSON.stringify(condition), ...times, spans: [span] } };
}
