import type { Labels, Meter } from '@skein/core';
import { Code, codeName } from './status-codes.js';

/** Counts what goes through the listeners, by method. */
export class CallMetrics {
  private readonly calls;
  private readonly received;
  private readonly sent;
  private readonly dropped;
  private readonly labels = new Map<string, MethodLabels>();
  private open = 0;
  private connections = 0;

  constructor(meter: Meter) {
    this.calls = meter.counter('grpc_calls_total', 'Finished gRPC calls by method and status');
    this.received = meter.counter('grpc_received_bytes_total', 'Bytes of received messages, inflated, by method');
    this.sent = meter.counter('grpc_sent_bytes_total', 'Bytes of sent messages, by method');
    this.dropped = meter.counter('grpc_dropped_connections_total', 'Connections closed at once because there were too many');
    meter.gauge('grpc_open_calls', 'gRPC calls that are not finished', () => this.open);
    meter.gauge('grpc_open_connections', 'Connections that are open on all gRPC listeners', () => this.connections);
  }

  connected(): void {
    this.connections++;
  }

  disconnected(): void {
    this.connections--;
  }

  /** A call of a method that nobody contributed; its name is the client's, so it is no label. */
  unknownMethod(): void {
    this.calls.add(1, this.labelsOf('unknown').withStatus(Code.UNIMPLEMENTED));
  }

  droppedConnection(): void {
    this.dropped.add(1);
  }

  started(): void {
    this.open++;
  }

  /** `code`: the gRPC status number. */
  finished(method: string, code: number): void {
    this.open--;
    this.calls.add(1, this.labelsOf(method).withStatus(code));
  }

  receivedBytes(method: string, bytes: number): void {
    this.received.add(bytes, this.labelsOf(method).alone);
  }

  sentBytes(method: string, bytes: number): void {
    this.sent.add(bytes, this.labelsOf(method).alone);
  }

  private labelsOf(method: string): MethodLabels {
    let labels = this.labels.get(method);
    if (labels === undefined) {
      labels = new MethodLabels(method);
      this.labels.set(method, labels);
    }
    return labels;
  }
}

/** Label objects, made once each. There are as many as contributed methods, and statuses. */
class MethodLabels {
  readonly alone: Labels;
  private readonly byStatus = new Map<number, Labels>();

  constructor(private readonly method: string) {
    this.alone = { method };
  }

  withStatus(code: number): Labels {
    let labels = this.byStatus.get(code);
    if (labels === undefined) {
      labels = { method: this.method, status: codeName(code) };
      this.byStatus.set(code, labels);
    }
    return labels;
  }
}
