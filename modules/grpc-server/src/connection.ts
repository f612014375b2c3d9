import type { ServerHttp2Session } from 'node:http2';

/** When a connection is told to go away, in milliseconds. */
export interface ConnectionLimits {
  readonly idleTimeout: number;
  readonly keepaliveTime: number;
  readonly keepaliveTimeout: number;
}

/**
 * One HTTP/2 connection: told to go away when it had no call for a while, and cut when its client does not answer pings. Its timers measure the
 * real world, as the client on the other side does.
 */
export class Connection {
  /** Address and port of the client. */
  readonly peer: string;
  private calls = 0;
  private idleSince = performance.now();
  private idleTimer: NodeJS.Timeout | undefined;
  private keepaliveTimer: NodeJS.Timeout | undefined;

  constructor(
    readonly session: ServerHttp2Session,
    private readonly limits: ConnectionLimits,
  ) {
    const { remoteAddress, remotePort } = session.socket;
    this.peer = remoteAddress === undefined ? 'unknown' : `${remoteAddress}:${remotePort}`;
    session.once('close', () => this.stopTimers());
    this.watchIdleness(limits.idleTimeout);
    this.keepAlive();
  }

  callOpened(): void {
    this.calls++;
  }

  callClosed(): void {
    this.calls--;
    this.idleSince = performance.now();
  }

  /** Tells the client to go away; open calls go on. */
  close(): void {
    this.stopTimers();
    this.session.close();
  }

  /** Ends the connection and its calls at once. */
  cut(): void {
    this.session.destroy();
  }

  /** One timer that looks after the fact, instead of one for every call. */
  private watchIdleness(wait: number): void {
    this.idleTimer = setTimeout(() => {
      const left = this.calls > 0 ? this.limits.idleTimeout : this.idleSince + this.limits.idleTimeout - performance.now();
      if (left <= 0) this.close();
      else this.watchIdleness(left);
    }, wait).unref();
  }

  private keepAlive(): void {
    this.keepaliveTimer = setTimeout(() => this.ping(), this.limits.keepaliveTime).unref();
  }

  private ping(): void {
    if (this.session.destroyed) return;
    this.keepaliveTimer = setTimeout(() => this.cut(), this.limits.keepaliveTimeout).unref();
    const sent = this.session.ping((error) => {
      clearTimeout(this.keepaliveTimer);
      if (error !== null) this.cut();
      else if (!this.session.closed) this.keepAlive();
    });
    if (!sent) this.cut();
  }

  private stopTimers(): void {
    clearTimeout(this.idleTimer);
    clearTimeout(this.keepaliveTimer);
  }
}
