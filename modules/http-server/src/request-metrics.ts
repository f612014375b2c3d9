import type { Labels, Meter } from '@skein/core';

/** Counts what goes through the listeners. `path` is a route's, or `unknown`, so that clients cannot invent labels. */
export class RequestMetrics {
  private readonly requests;
  private readonly received;
  private readonly broken;
  private readonly dropped;
  private readonly labels = new Map<string, Labels>();
  private open = 0;
  private connections = 0;

  constructor(meter: Meter) {
    this.requests = meter.counter('http_requests_total', 'Answered HTTP requests by path and status');
    this.received = meter.counter('http_received_bytes_total', 'Bytes of request bodies, inflated, by path');
    this.broken = meter.counter('http_broken_requests_total', 'Connections closed because of what came over them, by answer');
    this.dropped = meter.counter('http_dropped_connections_total', 'Connections closed at once because there were too many');
    meter.gauge('http_open_requests', 'HTTP requests that are not answered', () => this.open);
    meter.gauge('http_open_connections', 'Connections that are open on all HTTP listeners', () => this.connections);
  }

  connected(): void {
    this.connections++;
  }

  disconnected(): void {
    this.connections--;
  }

  droppedConnection(): void {
    this.dropped.add(1);
  }

  started(): void {
    this.open++;
  }

  finished(path: string, status: number): void {
    this.open--;
    this.requests.add(1, this.label(path, status));
  }

  receivedBytes(path: string, bytes: number): void {
    this.received.add(bytes, this.label(path));
  }

  /** Not a request at all, or one that never became whole. */
  brokenRequest(status: number): void {
    this.broken.add(1, { status: String(status) });
  }

  /** Label objects, made once each: there are as many as contributed paths, and statuses that they answer. */
  private label(path: string, status?: number): Labels {
    const key = status === undefined ? path : `${status} ${path}`;
    let labels = this.labels.get(key);
    if (labels === undefined) {
      labels = status === undefined ? { path } : { path, status: String(status) };
      this.labels.set(key, labels);
    }
    return labels;
  }
}
