import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { request as httpsRequest } from 'node:https';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TLSSocket } from 'node:tls';
import { brotliCompressSync, constants, deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from '@jest/globals';
import { type Clock, type HttpRequest, type HttpRoute, type Meter, StatusError, StreamError, tokenMatcher } from '@skein/core';
import { BootError } from '@skein/core/host';
import type { ListenerConfig } from './config.js';
import { HttpListener } from './http-listener.js';
import { RequestMetrics } from './request-metrics.js';

const CONFIG: ListenerConfig = {
  host: '127.0.0.1',
  port: 0,
  contextPath: '/',
  maxBodyBytes: 4 * 1024 * 1024,
  maxInflateRatio: 100,
  maxHeaderBytes: 8192,
  requestTimeout: 30_000,
  idleTimeout: 30_000,
  maxConnections: 100,
  cors: { origins: [], paths: [] },
};

class Counters implements Meter {
  readonly values = new Map<string, number>();
  counter(name: string): { add(n: number, labels?: Readonly<Record<string, string>>): void } {
    return {
      add: (n, labels = {}) => {
        const key = [name, ...Object.values(labels)].join(' ');
        this.values.set(key, (this.values.get(key) ?? 0) + n);
      },
    };
  }
  gauge(): void {}
  histogram(): { record(): void } {
    return { record: () => undefined };
  }
}

/** Runs what is due when it is told to. */
class ManualClock implements Clock {
  private readonly due: Array<() => void> = [];
  now(): number {
    return 0;
  }
  setTimeout(fn: () => void): Disposable {
    this.due.push(fn);
    return { [Symbol.dispose]: () => undefined };
  }
  fire(): void {
    for (const fn of this.due.splice(0)) fn();
  }
}

const opened: AsyncDisposable[] = [];
afterEach(async () => {
  for (const resource of opened.splice(0).reverse()) await resource[Symbol.asyncDispose]();
});

interface Running {
  readonly listener: HttpListener;
  readonly url: string;
  readonly port: number;
  readonly counters: Counters;
  readonly log: string[];
  readonly clock: ManualClock;
}

type Route = Partial<HttpRoute> & Pick<HttpRoute, 'path' | 'handle'>;

async function run(routes: readonly Route[], config: Partial<ListenerConfig> = {}): Promise<Running> {
  const counters = new Counters();
  const clock = new ManualClock();
  const log: string[] = [];
  const note = (m: string): void => void log.push(m);
  const listener = new HttpListener(
    { ...CONFIG, ...config },
    'modules.http-server.listeners.rest',
    routes.map((r) => ({
      route: { listener: 'rest', method: 'POST', ...r },
      fullPath: r.path,
      tokenMatches: config.token === undefined ? undefined : tokenMatcher(config.token),
    })),
    { logger: { debug: note, info: note, warn: note, error: note }, metrics: new RequestMetrics(counters), clock },
  );
  opened.push(listener);
  const { port } = await listener.start();
  return { listener, url: `http://127.0.0.1:${port}`, port, counters, log, clock };
}

const echo: Route = { path: '/echo', handle: ({ body }) => ({ status: 200, body }) };
const post = (url: string, body: string | Uint8Array, headers: Record<string, string> = {}): Promise<Response> =>
  fetch(url, { method: 'POST', body, headers });
const gate = (): { opened: Promise<void>; open: () => void } => {
  let open: () => void = () => undefined;
  const openedPromise = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened: openedPromise, open };
};
/** Sends bytes as they are and returns everything that comes back. */
async function raw(port: number, text: string): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  let reply = '';
  socket.on('data', (d: Buffer) => {
    reply += d.toString();
  });
  socket.on('error', () => undefined);
  socket.write(text);
  await once(socket, 'close');
  return reply;
}

describe('requests', () => {
  it('passes method, path, query, headers and body to the route, whatever the content type', async () => {
    const seen: HttpRequest[] = [];
    const { url } = await run([
      {
        path: '/a:b/c',
        handle: (request) => {
          seen.push(request);
          return {
            status: 200,
            headers: { 'x-own': '1' },
            body: `${request.query.get('q')} ${request.headers.get('x-in')} ${request.peer}`,
          };
        },
      },
    ]);
    for (const type of ['application/json', 'text/plain', 'application/x-protobuf', 'made/up; charset="x"', undefined]) {
      const reply = await post(`${url}/a:b/c?q=1%202&q=3`, new Uint8Array([0, 255]), {
        'X-In': 'v',
        ...(type && { 'content-type': type }),
      });
      expect([reply.status, reply.headers.get('x-own'), await reply.text()]).toEqual([
        200,
        '1',
        expect.stringMatching(/^1 2 v 127\.0\.0\.1:\d+$/),
      ]);
    }
    expect(seen.map((r) => [r.method, r.path, [...r.body]])).toEqual(Array(5).fill(['POST', '/a:b/c', [0, 255]]));
  });

  it('answers an empty body with an empty one, and keeps the content type of the route', async () => {
    const { url } = await run([{ path: '/e', handle: () => ({ status: 200, headers: { 'content-type': 'application/protobuf' } }) }]);
    const reply = await post(`${url}/e`, '');
    expect([reply.status, reply.headers.get('content-type'), await reply.text()]).toEqual([200, 'application/protobuf', '']);
  });

  it('answers unknown paths with 404 and other methods with 405 and what is allowed', async () => {
    const { url, counters } = await run([echo, { ...echo, method: 'PUT' }]);
    expect((await post(`${url}/nothing`, 'x'.repeat(100_000))).status).toBe(404);
    expect((await post(`${url}/echo/`, '')).status).toBe(404);
    for (const method of ['GET', 'OPTIONS', 'DELETE']) {
      const reply = await fetch(`${url}/echo?x`, { method });
      expect([reply.status, reply.headers.get('allow')]).toEqual([405, 'POST, PUT']);
    }
    expect((await fetch(`${url}/%zz`)).status).toBe(400);
    expect(counters.values.get('http_requests_total unknown 404')).toBe(2);
  });

  it('maps errors to their status, with Retry-After where a retry helps; unexpected ones are 500 and logged', async () => {
    const failing = (path: string, error: Error): Route => ({ path, handle: () => Promise.reject(error) });
    const { url, log, counters } = await run([
      failing('/bad', new StatusError('INVALID_ARGUMENT', 'spans[3] is wrong')),
      failing('/full', new StreamError('REFUSED', 'no room', true)),
      failing('/closed', new StreamError('CLOSED', 'draining', true)),
      failing('/bug', Object.assign(new Error('secret'), { statusCode: 200 })),
    ]);
    const answer = async (path: string): Promise<unknown> => {
      const reply = await post(`${url}${path}`, '{}');
      return [reply.status, reply.headers.get('retry-after'), await reply.json()];
    };
    expect(await answer('/bad')).toEqual([400, null, { error: 'spans[3] is wrong' }]);
    expect(await answer('/full')).toEqual([503, '2', { error: 'no room' }]);
    expect(await answer('/closed')).toEqual([503, '2', { error: 'draining' }]);
    expect(log).toEqual([]);
    expect(await answer('/bug')).toEqual([500, null, { error: 'internal error' }]);
    expect(log).toEqual(['HTTP POST /bug failed']);
    expect(counters.values.get('http_requests_total /full 503')).toBe(1);
  });

  it('aborts the signal when the client goes away', async () => {
    const inside = gate();
    const aborted = gate();
    const { url, counters } = await run([
      {
        path: '/wait',
        handle: async ({ signal }) => {
          signal.addEventListener('abort', aborted.open);
          inside.open();
          await aborted.opened;
          return { status: 200 };
        },
      },
    ]);
    const client = new AbortController();
    const reply = fetch(`${url}/wait`, { method: 'POST', signal: client.signal }).catch((e: Error) => e.name);
    await inside.opened;
    client.abort();
    await aborted.opened;
    expect(await reply).toBe('AbortError');
    expect(counters.values.get('http_requests_total /wait 499')).toBe(1);
  });
});

describe('bodies', () => {
  it('inflates gzip, zlib and raw deflate, and brotli', async () => {
    const { url } = await run([echo]);
    const text = 'abc '.repeat(20_000);
    const send = async (body: Uint8Array, encoding: string): Promise<string> =>
      (await post(`${url}/echo`, body, { 'content-encoding': encoding })).text();
    expect(await send(gzipSync(text), 'gzip')).toBe(text);
    expect(await send(gzipSync(text), 'X-GZIP')).toBe(text);
    expect(await send(deflateSync(text), 'deflate')).toBe(text);
    expect(await send(deflateRawSync(text), 'deflate')).toBe(text);
    expect(await send(brotliCompressSync(text), 'br')).toBe(text);
    expect(await send(Buffer.from(text), 'identity')).toBe(text);
  });

  it('refuses what is too large, before and after it is inflated, what grows too much, and what does not inflate', async () => {
    const { url, counters } = await run([echo]);
    const status = async (body: Uint8Array, encoding?: string): Promise<number> =>
      (await post(`${url}/echo`, body, encoding === undefined ? {} : { 'content-encoding': encoding })).status;
    expect(await status(new Uint8Array(CONFIG.maxBodyBytes))).toBe(200);
    for (const more of [1, 20_000_000]) expect(await status(new Uint8Array(CONFIG.maxBodyBytes + more))).toBe(413);
    const twofold = gzipSync(randomBytes(3_000_000).toString('hex'), { level: 1 });
    expect(twofold.length).toBeLessThan(CONFIG.maxBodyBytes);
    expect(await status(twofold, 'gzip')).toBe(413);
    expect(await status(gzipSync(new Uint8Array(3_000_000)), 'gzip')).toBe(400);
    expect(await status(brotliCompressSync(new Uint8Array(10_000_000), { params: { [constants.BROTLI_PARAM_QUALITY]: 1 } }), 'br')).toBe(
      400,
    );
    expect(await status(gzipSync(new Uint8Array(900_000)), 'gzip')).toBe(200);
    expect(await status(gzipSync('x').subarray(0, 10), 'gzip')).toBe(400);
    expect(await status(Buffer.from('x'), 'zstd')).toBe(415);
    expect(counters.values.get('http_requests_total /echo 413')).toBe(3);
  });

  it('counts the size of a body without a length as it comes', async () => {
    const { port } = await run([echo], { maxBodyBytes: 2048 });
    const chunk = `400\r\n${'x'.repeat(1024)}\r\n`;
    const head = 'POST /echo HTTP/1.1\r\nHost: x\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n';
    const reply = await raw(port, `${head}${chunk.repeat(3)}0\r\n\r\n`);
    expect(reply).toMatch(/^HTTP\/1\.1 413 /);
  });
});

it('keeps the connection of a client whose body was refused', async () => {
  const { port } = await run([echo], { maxBodyBytes: 2048 });
  const big = `POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\n${'x'.repeat(1_000_000)}`;
  const small = 'POST /echo HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 5\r\n\r\nhello';
  const reply = await raw(port, big + small);
  expect(reply.match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 413', 'HTTP/1.1 200']);
  expect(reply).toMatch(/hello$/);
});

describe('limits of connections', () => {
  it('answers a head that is too large with 431, and what is not HTTP with 400', async () => {
    const { port, counters } = await run([echo]);
    expect(await raw(port, `GET / HTTP/1.1\r\nHost: x\r\nX: ${'y'.repeat(10_000)}\r\n\r\n`)).toMatch(/^HTTP\/1\.1 431 /);
    expect(await raw(port, '\u0016\u0003\u0001 hello\r\n\r\n')).toMatch(/^HTTP\/1\.1 400 /);
    expect([counters.values.get('http_broken_requests_total 431'), counters.values.get('http_broken_requests_total 400')]).toEqual([1, 1]);
  });

  it('answers a request that does not come to its end with 408', async () => {
    const { port } = await run([echo], { requestTimeout: 100 });
    expect(await raw(port, 'POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nhalf')).toMatch(/^HTTP\/1\.1 408 /);
  });

  it('closes and counts connections above their limit', async () => {
    const { port, counters } = await run([echo], { maxConnections: 1 });
    const first = connect(port, '127.0.0.1');
    await once(first, 'connect');
    expect(await raw(port, 'GET / HTTP/1.1\r\nHost: x\r\n\r\n')).toBe('');
    expect(counters.values.get('http_dropped_connections_total')).toBe(1);
    first.destroy();
  });

  it('asks for the token, in either header', async () => {
    const { url } = await run([echo], { token: 'sesame' });
    const status = async (headers: Record<string, string>): Promise<number> => (await post(`${url}/echo`, 'x', headers)).status;
    expect(await status({})).toBe(401);
    expect(await status({ authorization: 'Bearer sesam' })).toBe(401);
    expect(await status({ authorization: 'Bearer sesame' })).toBe(200);
    expect(await status({ authentication: 'sesame' })).toBe(200);
  });

  it('says which setting to change when the port is taken', async () => {
    const { port } = await run([]);
    const error = await run([], { port }).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(BootError);
    expect((error as Error).message).toContain(
      `modules.http-server.listeners.rest could not listen on 127.0.0.1:${port}: address already in use`,
    );
  });
});

describe('draining', () => {
  it('closes idle connections, finishes requests, and takes no new ones', async () => {
    const inside = gate();
    const hold = gate();
    const { listener, url, port } = await run([
      echo,
      {
        path: '/slow',
        handle: async () => {
          inside.open();
          await hold.opened;
          return { status: 200, body: 'done' };
        },
      },
    ]);
    const idle = connect(port, '127.0.0.1');
    await once(idle, 'connect');
    await (await post(`${url}/echo`, 'kept alive')).text();
    const slow = post(`${url}/slow`, '');
    await inside.opened;
    const drained = listener.drain(new AbortController().signal);
    await once(idle.resume(), 'close');
    const late = connect(port, '127.0.0.1');
    const [error] = (await once(late, 'error')) as [NodeJS.ErrnoException];
    expect(error.code).toBe('ECONNREFUSED');
    hold.open();
    expect(await (await slow).text()).toBe('done');
    await drained;
  });

  it('cuts what is still open at the deadline', async () => {
    const inside = gate();
    const aborted = gate();
    const { listener, url } = await run([
      {
        path: '/stuck',
        handle: async ({ signal }) => {
          signal.addEventListener('abort', aborted.open);
          inside.open();
          await aborted.opened;
          return { status: 200 };
        },
      },
    ]);
    const stuck = post(`${url}/stuck`, '').then(
      () => 'answered',
      () => 'cut',
    );
    await inside.opened;
    const deadline = new AbortController();
    const drained = listener.drain(deadline.signal);
    deadline.abort();
    await drained;
    await aborted.opened;
    expect(await stuck).toBe('cut');
  });
});

describe('TLS', () => {
  const keys = new URL('../../grpc-server/test-keys/', import.meta.url);
  const file = (name: string): Buffer => readFileSync(new URL(name, keys));
  const path = (name: string): string => new URL(name, keys).pathname;
  const call = (port: number, options: object = {}): Promise<{ status: number; subject: string }> =>
    new Promise((resolve, reject) => {
      const request = httpsRequest(
        { port, host: '127.0.0.1', method: 'POST', path: '/echo', ca: file('test-authority.crt'), agent: false, ...options },
        (response) => {
          const subject = String((response.socket as TLSSocket).getPeerCertificate().subject.CN);
          response.resume().once('end', () => resolve({ status: response.statusCode!, subject }));
        },
      );
      request.once('error', reject);
      request.end('x');
    });

  it('takes a new certificate when the files change, and keeps the old one when they are broken', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'skein-tls-'));
    opened.push({ [Symbol.asyncDispose]: () => rm(folder, { recursive: true }) });
    const [key, cert] = [join(folder, 'key'), join(folder, 'cert')];
    const put = (name: string): Promise<unknown> => Promise.all([copyFile(path(`${name}.key`), key), copyFile(path(`${name}.crt`), cert)]);
    await put('server');
    const { port, clock, log } = await run([echo], { tls: { key, cert } });
    expect(await call(port)).toEqual({ status: 200, subject: 'Skein test server' });

    const logged = async (n: number): Promise<void> => {
      clock.fire();
      while (log.length < n) await new Promise((resolve) => setImmediate(resolve));
    };
    await writeFile(cert, 'no certificate');
    await logged(1);
    expect(log[0]).toContain('cannot be used, the old certificate stays');
    expect((await call(port)).subject).toBe('Skein test server');
    await put('renewed');
    while (log.length < 2) await logged(0).then(() => new Promise((resolve) => setImmediate(resolve)));
    expect(log[1]).toContain('new TLS certificate is in use');
    expect((await call(port)).subject).toBe('Skein test server renewed');
  });

  it('lets in only clients with a certificate of the authority when there is one', async () => {
    const { port } = await run([echo], {
      tls: { key: path('server.key'), cert: path('server.crt'), clientCa: path('test-authority.crt') },
    });
    expect((await call(port, { key: file('client.key'), cert: file('client.crt') })).status).toBe(200);
    await expect(call(port)).rejects.toThrow();
    await expect(call(port, { key: file('stranger.key'), cert: file('stranger.crt') })).rejects.toThrow();
  });

  it('refuses to start with a key that does not fit, and says which files', async () => {
    const tls = { key: path('client.key'), cert: path('server.crt') };
    await expect(run([echo], { tls })).rejects.toThrow(
      /listeners\.rest\.tls .*server\.crt and .*client\.key are no usable certificate and key/,
    );
    await expect(run([echo], { tls: { ...tls, key: '/nowhere/key' } })).rejects.toThrow('cannot read /nowhere/key: ENOENT');
  });
});
