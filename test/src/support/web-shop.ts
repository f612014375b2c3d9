import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { dirname, join } from 'node:path';

/** skywalking-client-js as it is published: a script that sets `window.ClientMonitor`. Its package entry is for bundlers only. */
const clientScript = (): string => {
  const entry = createRequire(import.meta.url).resolve('skywalking-client-js');
  return readFileSync(join(dirname(entry), 'lib', 'index.js'), 'utf8');
};

/** What the page tells the client. */
export interface ClientOptions {
  readonly collector: string;
  readonly service: string;
  readonly serviceVersion: string;
  readonly pagePath: string;
}

/** A page whose text moves by itself after a second, with a button that takes 120 ms to react, and an image that is not there. */
const pageText = (options: ClientOptions): string => `<!doctype html>
<html><head><title>Cart</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/style.css">
<script src="/client.js"></script>
<script>
  ClientMonitor.register(${JSON.stringify({ ...options, useWebVitals: true, traceTimeInterval: 500 })});
</script></head>
<body>
<h1>Your cart holds three geese and a length of thread</h1>
<p id="moving">This paragraph is pushed down when the notice above it appears, as nobody likes it.</p>
<button id="slow">Pay</button>
<img src="/missing.png" alt="">
<script>
  document.getElementById('slow').addEventListener('click', () => {
    const until = performance.now() + 120;
    while (performance.now() < until);
    document.title = 'paid';
  });
  setTimeout(() => {
    const notice = document.createElement('div');
    notice.style.height = '200px';
    notice.textContent = 'Notice';
    document.body.insertBefore(notice, document.getElementById('moving'));
  }, 1000);

  // An error, a promise that nobody catches, and calls of which half fail.
  async function misbehave() {
    setTimeout(() => { throw new Error('provoked'); });
    Promise.reject(new Error('nobody catches this'));
    const calls = ['/api/ok', '/api/missing'].flatMap((path) => [
      fetch(path),
      new Promise((done) => {
        const request = new XMLHttpRequest();
        request.onloadend = done;
        request.open('GET', path);
        request.send();
      }),
    ]);
    await Promise.all(calls);
  }

  // Resolves when the browser has told of the click, and the client has looked at it, which it does when the page has nothing to do.
  function slowClickIsKnown() {
    return new Promise((done) => {
      new PerformanceObserver((list) => {
        if (!list.getEntries().some(({ name }) => name === 'click')) return;
        requestIdleCallback(() => requestIdleCallback(done));
        // A page without a window is idle only between frames, and draws none by itself.
        const draw = () => requestAnimationFrame(draw);
        draw();
      }).observe({ type: 'event', buffered: true, durationThreshold: 40 });
    });
  }

  async function canRead(url) {
    return fetch(url, { method: 'POST', body: '{"query":"{ version }"}' }).then(() => true, () => false);
  }
</script>
</body></html>`;

const NOT_FOUND = { status: 404, type: 'text/plain', body: 'not here' };

/** A web site of one page that carries the client, and an API that answers at /api/ok alone. */
export class WebShop {
  private constructor(
    private readonly server: ReturnType<typeof createServer>,
    /** Without a path. */
    readonly origin: string,
    /** `host:port`. */
    readonly address: string,
  ) {}

  static async start(options: ClientOptions): Promise<WebShop> {
    const files = new Map([
      ['/', { status: 200, type: 'text/html; charset=utf-8', body: pageText(options) }],
      ['/client.js', { status: 200, type: 'text/javascript', body: clientScript() }],
      ['/style.css', { status: 200, type: 'text/css', body: 'h1 { font-size: 40px }\n' }],
      ['/api/ok', { status: 200, type: 'application/json', body: '{"ok":true}' }],
      ['/left', { status: 200, type: 'text/html; charset=utf-8', body: '<!doctype html><title>left</title>' }],
    ]);
    const answer = (request: IncomingMessage, response: ServerResponse): void => {
      const { status, type, body } = files.get(request.url ?? '') ?? NOT_FOUND;
      response.writeHead(status, { 'content-type': type }).end(body);
    };
    const server = createServer(answer).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = `127.0.0.1:${(server.address() as AddressInfo).port}`;
    return new WebShop(server, `http://${address}`, address);
  }

  async stop(): Promise<void> {
    this.server.close();
    this.server.closeAllConnections();
    if (this.server.listening) await once(this.server, 'close');
  }
}
