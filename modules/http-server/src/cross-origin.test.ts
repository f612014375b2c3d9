import { describe, expect, it } from '@jest/globals';
import { defineModule, HttpRoutes, StatusError } from '@skein/core';
import { createTestHost, type TestHost } from '@skein/core/testing';
import { HttpAddressesToken } from './contract.js';
import httpServer from './module.js';

const receiver = defineModule({
  name: 'receiver',
  contributes: [HttpRoutes],
  activate: ({ contribute }) => {
    for (const path of ['/browser/perfData', '/v3/segments', '/graphql', '/browser']) {
      contribute(HttpRoutes, { listener: 'rest', method: 'POST', path, handle: () => ({ status: 200, body: 'taken' }) });
    }
    const refuse = () => {
      throw new StatusError('INVALID_ARGUMENT', 'no');
    };
    contribute(HttpRoutes, { listener: 'rest', method: 'POST', path: '/browser/errorLogs', handle: refuse });
  },
});
const start = (rest: object = {}): Promise<TestHost> =>
  createTestHost({ modules: [httpServer, receiver], config: { 'http-server': { listeners: { rest: { port: 0, ...rest } } } } });

async function send(kit: TestHost, path: string, method: string, headers: Record<string, string>): Promise<Response> {
  const { host, port } = kit.get(HttpAddressesToken).get('rest')!;
  return fetch(`http://${host}:${port}${path}`, { method, headers, ...(method === 'POST' && { body: '{}' }) });
}
const post = (kit: TestHost, path: string, origin: string, more = {}) => send(kit, path, 'POST', { origin, ...more });
const preflight = (kit: TestHost, path: string, origin: string, headers = 'content-type,sw8') =>
  send(kit, path, 'OPTIONS', { origin, 'access-control-request-method': 'POST', 'access-control-request-headers': headers });
const corsHeaders = ({ headers }: Response) =>
  Object.fromEntries([...headers].filter(([name]) => name.startsWith('access-control-') || name === 'vary'));

const SHOP = 'https://shop.example.com';
const readable = (origin: string) => ({
  'access-control-allow-origin': origin,
  'access-control-allow-credentials': 'true',
  vary: 'Origin',
});

describe('pages of other origins', () => {
  it('may report as they come, from any web site: preflight and request, with credentials as beacons have them', async () => {
    await using kit = await start();
    for (const path of ['/browser/perfData', '/v3/segments']) {
      const allowed = await preflight(kit, path, SHOP);
      expect([allowed.status, await allowed.text()]).toEqual([204, '']);
      expect(corsHeaders(allowed)).toEqual({
        ...readable(SHOP),
        'access-control-allow-methods': 'POST',
        'access-control-allow-headers': 'content-type,sw8',
        'access-control-max-age': '7200',
      });
      const taken = await post(kit, path, SHOP);
      expect([taken.status, await taken.text(), corsHeaders(taken)]).toEqual([200, 'taken', readable(SHOP)]);
    }
    expect(corsHeaders(await post(kit, '/browser/perfData', 'null'))).toEqual(readable('null'));
  });

  it('may read that they were refused', async () => {
    await using kit = await start({ token: 'sesame' });
    const unknown = await post(kit, '/browser/errorLogs', SHOP);
    expect([unknown.status, corsHeaders(unknown)]).toEqual([401, readable(SHOP)]);
    const refused = await post(kit, '/browser/errorLogs', SHOP, { authorization: 'Bearer sesame' });
    expect([refused.status, corsHeaders(refused)]).toEqual([400, readable(SHOP)]);
    // A browser asks without the token, and would never send it if the answer were 401.
    expect((await preflight(kit, '/browser/errorLogs', SHOP, 'authorization')).status).toBe(204);
  });

  it('may not read what queries answer', async () => {
    await using kit = await start();
    for (const path of ['/graphql', '/metrics', '/browser', '/nowhere']) {
      const refused = await preflight(kit, path, SHOP);
      expect([path, refused.status, corsHeaders(refused)]).toEqual([path, path === '/nowhere' ? 404 : 405, {}]);
      expect(corsHeaders(await post(kit, path, SHOP))).toEqual({});
    }
  });

  it.each([
    ['https://shop.example.com', true],
    ['https://pay.shop.example.com', false],
    ['https://shop.example.com.evil.org', false],
    ['http://shop.example.com', false],
    ['https://shop.example.com:8443', false],
    ['https://a.intern.example.com', true],
    ['https://b.a.intern.example.com', true],
    ['https://intern.example.com', false],
    ['https://.intern.example.com', false],
    ['https://evil-intern.example.com', false],
    ['http://a.intern.example.com', false],
    ['null', false],
    ['*', false],
  ])('are those that the operator names: %s %s', async (origin, allowed) => {
    await using kit = await start({ cors: { origins: ['https://Shop.example.com', 'https://*.intern.example.com'] } });
    const asked = await preflight(kit, '/browser/perfData', origin);
    const sent = await post(kit, '/browser/perfData', origin);
    expect([asked.status, sent.status]).toEqual([allowed ? 204 : 405, 200]);
    expect(corsHeaders(sent)).toEqual(allowed ? readable(origin) : {});
    if (!allowed) expect(corsHeaders(asked)).toEqual({});
  });

  it('get no header when there are no origins', async () => {
    await using kit = await start({ cors: { origins: [] } });
    const asked = await preflight(kit, '/browser/perfData', SHOP);
    expect([asked.status, asked.headers.get('allow'), corsHeaders(asked)]).toEqual([405, 'POST', {}]);
    expect(corsHeaders(await post(kit, '/browser/perfData', SHOP))).toEqual({});
  });

  it('may be let to other paths, below the context path', async () => {
    await using kit = await start({ contextPath: '/skein', cors: { origins: [SHOP], paths: ['/graphql'] } });
    expect(corsHeaders(await post(kit, '/skein/graphql', SHOP))).toEqual(readable(SHOP));
    expect((await preflight(kit, '/skein/graphql?x=1', SHOP)).status).toBe(204);
    expect(corsHeaders(await post(kit, '/skein/browser/perfData', SHOP))).toEqual({});
  });
});

describe('requests that are no preflight', () => {
  it('of an OPTIONS without the method that it asks about, or without origin, are not allowed', async () => {
    await using kit = await start();
    expect((await send(kit, '/browser/perfData', 'OPTIONS', { origin: SHOP })).status).toBe(405);
    expect((await send(kit, '/browser/perfData', 'OPTIONS', { 'access-control-request-method': 'POST' })).status).toBe(405);
    const plain = await send(kit, '/browser/perfData', 'POST', {});
    expect([plain.status, corsHeaders(plain)]).toEqual([200, {}]);
  });

  it('never give back what is no list of header names', async () => {
    await using kit = await start();
    const odd = await preflight(kit, '/browser/perfData', SHOP, 'x"<script>');
    expect(odd.headers.get('access-control-allow-headers')).toBeNull();
    const long = await preflight(kit, '/browser/perfData', SHOP, 'x'.repeat(1001));
    expect([long.status, long.headers.get('access-control-allow-headers')]).toEqual([204, null]);
  });
});

it.each(['https://shop.example.com/', 'shop.example.com', 'https://*', 'https://a.*.com'])('refuses %s as an origin', async (origin) => {
  await expect(start({ cors: { origins: [origin] } })).rejects.toThrow('cors.origins');
});
