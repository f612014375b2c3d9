import type { IncomingMessage, ServerResponse } from 'node:http';
import { Cancellation, type Headers, type HttpRequest, StatusError } from '@skein/core';

/** A request as routes see it. What routes seldom ask for is made when they do. */
export class IncomingRequest implements HttpRequest {
  readonly method: string;
  readonly cancellation = new Cancellation();
  private queryParameters: URLSearchParams | undefined;
  private headerMap: Headers | undefined;

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
    return this.cancellation.signal;
  }

  /** The client is gone, or the server must stop. */
  cancel(error: Error): void {
    this.cancellation.cancel(error);
  }
}
