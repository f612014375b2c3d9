import type { Meter } from '@skein/core';

/** Counts what goes through the listeners. `path` is a route's, or `unknown`, so that clients cannot invent labels. */
export class RequestMetrics {
  private readonly requests;
  private readonly received;
  private readonly broken;
  private open = 0;

  constructor(meter: Meter) {
    this.requests = meter.counter('http_requests_total', 'Answered HTTP requests by path and status');
    this.received = meter.counter('http_received_bytes_total', 'Bytes of request bodies, inflated, by path');
    this.broken = meter.counter('http_broken_requests_total', 'Connections closed because of what came over them, by answer');
    meter.gauge('http_open_requests', 'HTTP requests that are not answered', () => this.open);
  }

  started(): void {
    this.open++;
  }

  finished(path: string, status: number): void {
    this.open--;
    this.requests.add(1, { path, status: String(status) });
  }

  receivedBytes(path: string, bytes: number): void {
    this.received.add(bytes, { path });
  }

  /** Not a request at all, or one that never became whole. */
  brokenRequest(status: number): void {
    this.broken.add(1, { status: String(status) });
  }
}
