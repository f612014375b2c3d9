import { describe, expect, it } from '@jest/globals';
import { defineModule, HttpRoutes } from '@skein/core';
import { checkModule, createTestHost, type TestHost } from '@skein/core/testing';
import { HttpAddressesToken } from './contract.js';
import httpServer from './module.js';

const speaker = (name: string, ...routes: ReadonlyArray<readonly [listener: string, path: string]>) =>
  defineModule({
    name,
    contributes: [HttpRoutes],
    activate: ({ contribute }) => {
      for (const [listener, path] of routes) {
        contribute(HttpRoutes, {
          listener,
          method: 'GET',
          path,
          handle: (request) => ({ status: 200, body: `${name} ${listener} ${request.path}` }),
        });
      }
    },
  });
const sick = defineModule({ name: 'sick', activate: ({ health, onReady }) => onReady(() => health.degraded('the store is away')) });

const start = (listeners: object, ...modules: Array<ReturnType<typeof speaker> | typeof sick>): Promise<TestHost> =>
  createTestHost({ modules: [httpServer, ...modules], config: { 'http-server': { listeners } } });
async function get(kit: TestHost, listener: string, path: string, init: RequestInit = {}): Promise<readonly [number, string]> {
  const { host, port } = kit.get(HttpAddressesToken).get(listener)!;
  const reply = await fetch(`http://${host}:${port}${path}`, init);
  return [reply.status, await reply.text()];
}

describe('listeners', () => {
  it('carry the routes that name them, below their context path', async () => {
    const listeners = { rest: { port: 0 }, zipkin: { port: 0, contextPath: '/zipkin/' } };
    await using kit = await start(listeners, speaker('one', ['rest', '/a'], ['zipkin', '/a']));
    expect(await get(kit, 'rest', '/a')).toEqual([200, 'one rest /a']);
    expect(await get(kit, 'zipkin', '/zipkin/a')).toEqual([200, 'one zipkin /a']);
    expect((await get(kit, 'zipkin', '/a'))[0]).toBe(404);
    expect((await get(kit, 'zipkin', '/zipkin/livez'))[0]).toBe(200);
  });

  it('share a socket when they have one address, each with its own token and context path', async () => {
    const free = await start({ rest: { port: 0 } });
    const { port } = free.get(HttpAddressesToken).get('rest')!;
    await free.stop();
    const listeners = { rest: { port, token: 'sesame' }, zipkin: { port, contextPath: '/zipkin' } };
    await using kit = await start(listeners, speaker('one', ['rest', '/a'], ['zipkin', '/a']));
    expect((await get(kit, 'rest', '/a'))[0]).toBe(401);
    expect(await get(kit, 'rest', '/a', { headers: { authorization: 'Bearer sesame' } })).toEqual([200, 'one rest /a']);
    expect(await get(kit, 'rest', '/zipkin/a')).toEqual([200, 'one zipkin /a']);
    expect((await get(kit, 'rest', '/healthcheck'))[0]).toBe(200);
    expect((await get(kit, 'rest', '/metrics'))[0]).toBe(401);
  });

  it('stay closed when no module has a route on them, but for rest', async () => {
    const listeners = { rest: { port: 0 }, idle: { port: 0 }, used: { port: 0 } };
    await using kit = await start(listeners, speaker('one', ['used', '/a']));
    expect([...kit.get(HttpAddressesToken).keys()].sort()).toEqual(['rest', 'used']);
  });

  it('bring every path below a route that ends in /* to it, unless another route is there', async () => {
    const listeners = { rest: { port: 0 }, zipkin: { port: 0, contextPath: '/zipkin' } };
    await using kit = await start(listeners, speaker('one', ['zipkin', '/trace/*'], ['zipkin', '/trace/known'], ['rest', '/deep/*']));
    expect(await get(kit, 'zipkin', '/zipkin/trace/4f?x=1')).toEqual([200, 'one zipkin /trace/4f']);
    expect(await get(kit, 'zipkin', '/zipkin/trace/known')).toEqual([200, 'one zipkin /trace/known']);
    expect(await get(kit, 'rest', '/deep/a/b%20c')).toEqual([200, 'one rest /deep/a/b%20c']);
    expect((await get(kit, 'zipkin', '/zipkin/trace'))[0]).toBe(404);
    expect((await get(kit, 'zipkin', '/zipkin/trace/4f', { method: 'POST' }))[0]).toBe(405);
  });

  it('refuse to start when a route names one that is not configured, when sharers differ, or a path is taken', async () => {
    await expect(start({ rest: { port: 0 } }, speaker('one', ['nowhere', '/a']))).rejects.toThrow(
      'modules.http-server.listeners.nowhere is not configured, but one contributes the HTTP route GET /a to it',
    );
    await expect(
      start({ rest: { port: 12800 }, other: { port: 12800, maxBodyBytes: '1MiB' } }, speaker('one', ['other', '/a'])),
    ).rejects.toThrow('modules.http-server.listeners.other.maxBodyBytes differs from that of listener rest');
    await expect(start({ rest: { port: 0 } }, speaker('one', ['rest', '/livez']))).rejects.toThrow(
      'modules.http-server.listeners.rest carries GET /livez twice: from http-server and from one',
    );
  });
});

describe('health and self-metrics', () => {
  it('are answered by every listener, also to HEAD', async () => {
    await using kit = await start({ rest: { port: 0 } });
    expect(await get(kit, 'rest', '/livez')).toEqual([200, 'ok\n']);
    expect(await get(kit, 'rest', '/readyz')).toEqual([200, 'ready\n']);
    expect(await get(kit, 'rest', '/healthcheck')).toEqual([200, 'ready\n']);
    expect(await get(kit, 'rest', '/healthcheck', { method: 'HEAD' })).toEqual([200, '']);
    const [status, text] = await get(kit, 'rest', '/metrics');
    expect(status).toBe(200);
    expect(text).toMatch(/skein_http_requests_total\{[^}]*path="\/livez"[^}]*\} 1/);
    expect(text).toMatch(/skein_http_open_connections\{[^}]*\} [1-9]/);
  });

  it('say which module is degraded; the host stays ready', async () => {
    await using kit = await start({ rest: { port: 0 } }, sick);
    expect(await get(kit, 'rest', '/healthcheck')).toEqual([503, 'degraded\nsick: the store is away\n']);
    expect((await get(kit, 'rest', '/readyz'))[0]).toBe(200);
  });
});

it('keeps the contract of modules', () => checkModule({ module: httpServer, config: { listeners: { rest: { port: 0 } } } }));
