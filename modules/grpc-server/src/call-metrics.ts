import { status } from '@grpc/grpc-js';
import type { Meter } from '@skein/core';

/** Counts what goes through the listeners, by method. */
export class CallMetrics {
  private readonly calls;
  private readonly received;
  private readonly sent;
  private open = 0;

  constructor(meter: Meter) {
    this.calls = meter.counter('grpc_calls_total', 'Finished gRPC calls by method and status');
    this.received = meter.counter('grpc_received_bytes_total', 'Bytes of received messages, inflated, by method');
    this.sent = meter.counter('grpc_sent_bytes_total', 'Bytes of sent messages, by method');
    meter.gauge('grpc_open_calls', 'gRPC calls that are not finished', () => this.open);
  }

  started(): void {
    this.open++;
  }

  /** `code`: the gRPC status number. */
  finished(method: string, code: number): void {
    this.open--;
    this.calls.add(1, { method, status: status[code] ?? String(code) });
  }

  receivedBytes(method: string, bytes: number): void {
    this.received.add(bytes, { method });
  }

  sentBytes(method: string, bytes: number): void {
    this.sent.add(bytes, { method });
  }
}
