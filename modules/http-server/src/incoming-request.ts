import type { IncomingMessage, ServerResponse } from 'node:http';
import { type Headers, type HttpRequest, StatusError } from '@skein/core';

/** A request as routes see it. What routes seldom ask for is made when they do. */
export class IncomingRequest implements HttpRequest {
  readonly method: string;
  private queryParameters: URLSearchParams | undefined;
  private headerMap: Headers | undefined;
  private controller: AbortController | undefined;
  private cancelled: Error | undefined;

  constructor(
    private readonly message: IncomingMessage,
    response: ServerResponse,
    /** Without the query string and the listener's context path. */
    readonly path: string,
    readonly body: Uint8Array,
  ) {
    this.method = message.method ?? 'GET';
    response.once('close', () => {
      if (!response.writableFinished) this.cancel(new StatusError('UNAVAILABLE', 'the client went away'));
    });
  }

  get query(): URLSearchParams {
    const url = this.message.url ?? '';
    const at = url.indexOf('?');
    this.queryParameters ??= new URLSearchParams(at < 0 ? '' : url.slice(at + 1));
    return this.queryParameters;
  }

  get headers(): Headers {
    this.headerMap ??= new Map(
      Object.entries(this.message.headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : (value ?? '')]),
    );
    return this.headerMap;
  }

  get peer(): string {
    const { remoteAddress, remotePort } = this.message.socket;
    return remoteAddress === undefined ? 'unknown' : `${remoteAddress}:${remotePort}`;
  }

  get signal(): AbortSignal {
    if (this.controller === undefined) {
      this.controller = new AbortController();
      if (this.cancelled !== undefined) this.controller.abort(this.cancelled);
    }
    return this.controller.signal;
  }

  /** The client is gone, or the server must stop. */
  cancel(error: Error): void {
    this.cancelled = error;
    this.controller?.abort(error);
  }
}
