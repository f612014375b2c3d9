import type { GrpcMethod, HostStatus, Logger, Publisher } from '@skein/core';
import { StatusError } from '@skein/core';
import { countAccessLogs } from '@skein/proto/ebpf';
import type { Observation } from '@skein/telemetry';

/** An empty `EBPFAccessLogDownstream` message. */
const DONE = new Uint8Array(0);

/**
 * Takes the access logs of eBPF agents, so that they go on doing the rest of their work. The logs are counted in the books of the
 * edge, as skipped with the reason `not-analysed`: the 296 `kubernetes_*` metrics of ebpf.oal, which they are for, are not computed, and
 * nothing of them is kept. That is logged once. Streams of logs do not end by themselves; they end when the host drains.
 */
export function accessLogMethod(listener: string, publisher: Publisher<Observation>, status: HostStatus, logger: Logger): GrpcMethod {
  let told = false;
  const skip = (count: number): void => {
    if (count === 0) return;
    publisher.skip(count, 'not-analysed');
    if (!told) logger.info('eBPF access logs arrive; they are counted, but not analysed', { reason: 'not-analysed' });
    told = true;
  };
  return {
    listener,
    path: '/skywalking.v3.EBPFAccessLogService/collect',
    kind: 'client-stream',
    handle: async (messages) => {
      let first: Error | undefined;
      for await (const chunk of messages) {
        for (const bytes of chunk) {
          try {
            skip(countAccessLogs(bytes));
          } catch (error) {
            first ??= error as Error;
            publisher.skip(1, 'malformed');
          }
        }
        if (status.draining.aborted) break;
      }
      if (first !== undefined) throw new StatusError('INVALID_ARGUMENT', first.message, { cause: first });
      return DONE;
    },
  };
}
