import { mkdir, mkdtemp, rm, symlink, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliDecompressSync, gunzipSync, gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { HttpReply, HttpRequest } from '@skein/core';
import { checkModule, createTestHost } from '@skein/core/testing';
import fc from 'fast-check';
import { ContentCache } from './content-cache.js';
import { contentSecurityPolicy } from './content-security-policy.js';
import { chosenEncoding } from './encodings.js';
import uiHost from './module.js';
import { openSite } from './site.js';
import { SiteServer } from './site-server.js';

const PAGE = '<!DOCTYPE html><head><script>start()</script><script src="/assets/app-Bgb2X7Us.js"></script></head>';
const SCRIPT = 'console.log("skein");\n'.repeat(200);
const SECRET = 'not for the world';

let base: string;
let dist: string;
beforeEach(async () => {
  base = await mkdtemp(join(tmpdir(), 'skein-ui-'));
  dist = join(base, 'dist');
  await mkdir(join(dist, 'assets'), { recursive: true });
  await writeFile(join(base, 'secret.txt'), SECRET);
  await mkdir(join(base, 'dist-of-others'));
  await writeFile(join(base, 'dist-of-others', 'secret.txt'), SECRET);
  await writeFile(join(dist, 'index.html'), PAGE);
  await writeFile(join(dist, 'favicon.ico'), Buffer.from([0, 0, 1, 0]));
  await writeFile(join(dist, '.env'), SECRET);
  await writeFile(join(dist, 'assets', 'app-Bgb2X7Us.js'), SCRIPT);
  await writeFile(join(dist, 'assets', 'ünïcode name.txt'), 'text');
});
afterEach(() => rm(base, { recursive: true, force: true }));

const start = async (cache = 1_000_000, frames: string[] = []): Promise<SiteServer> =>
  SiteServer.of(await openSite(dist), { path: dist, listener: 'rest', cache, frames });
const request = (path: string, headers: Record<string, string> = {}): HttpRequest => ({
  method: 'GET',
  path,
  query: new URLSearchParams(),
  headers: new Map(Object.entries(headers)),
  body: new Uint8Array(0),
  peer: 'test',
  signal: new AbortController().signal,
});
const BROWSER = { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' };
const text = ({ body }: HttpReply): string => Buffer.from(body as Uint8Array).toString('utf8');
const status = async (server: SiteServer, path: string, headers = {}): Promise<number> => {
  try {
    return (await server.answer(request(path, headers))).status;
  } catch (error) {
    expect(error).toMatchObject({ status: 'NOT_FOUND' });
    return 404;
  }
};

describe('files', () => {
  it('come with their type, with a tag, and for a year when their name has a digest', async () => {
    const server = await start();
    const script = await server.answer(request('/assets/app-Bgb2X7Us.js'));
    expect(text(script)).toBe(SCRIPT);
    expect(script.headers).toMatchObject({
      'content-type': 'text/javascript; charset=utf-8',
      'cache-control': 'public, max-age=31536000, immutable',
      'x-content-type-options': 'nosniff',
      vary: 'accept-encoding',
      etag: expect.stringMatching(/^"[\w-]{27}"$/),
    });
    const icon = await server.answer(request('/favicon.ico'));
    expect(icon.headers).toMatchObject({ 'content-type': 'image/x-icon', 'cache-control': 'no-cache' });
    expect(text(await server.answer(request('/assets/%C3%BCn%C3%AFcode%20name.txt')))).toBe('text');
  });

  it('are not sent again to who has them', async () => {
    const server = await start();
    const { headers } = await server.answer(request('/favicon.ico'));
    const { etag } = headers as { etag: string };
    for (const condition of [etag, `W/${etag}`, `"other", ${etag}`, '*']) {
      const again = await server.answer(request('/favicon.ico', { 'if-none-match': condition }));
      expect([again.status, again.body, again.headers?.etag]).toEqual([304, undefined, etag]);
    }
    expect((await server.answer(request('/favicon.ico', { 'if-none-match': '"other"' }))).status).toBe(200);
  });

  it('change when the folder does', async () => {
    const server = await start();
    const before = await server.answer(request('/'));
    await writeFile(join(dist, 'index.html'), '<script>other()</script> now');
    const after = await server.answer(request('/'));
    expect(text(after)).toBe('<script>other()</script> now');
    expect(after.headers?.etag).not.toBe(before.headers?.etag);
    expect(after.headers?.['content-security-policy']).not.toBe(before.headers?.['content-security-policy']);
  });
});

describe('paths', () => {
  it('of pages are all answered with the index.html, for who wants a page', async () => {
    const server = await start();
    for (const path of ['/', '/index.html']) expect(text(await server.answer(request(path)))).toBe(PAGE);
    for (const path of ['/General-Service/Services', '/dashboard/GENERAL/Service/c2hvcA==.1/General-Service', '/%zz', '/a%00b']) {
      const reply = await server.answer(request(path, BROWSER));
      expect([text(reply), reply.headers?.['cache-control'], reply.headers?.['content-type']]).toEqual([
        PAGE,
        'no-cache',
        'text/html; charset=utf-8',
      ]);
      expect(await status(server, path, { accept: '*/*' })).toBe(404);
    }
  });

  it('below a folder of files are files or nothing', async () => {
    const server = await start();
    expect(await status(server, '/assets/gone-12345678.js', BROWSER)).toBe(404);
    expect(await status(server, '/assets/', {})).toBe(404);
  });

  it.each([
    '/../secret.txt',
    '/assets/../../secret.txt',
    '/%2e%2e/secret.txt',
    '/..%2fsecret.txt',
    '/..%5csecret.txt',
    '/%252e%252e/secret.txt',
    '/../dist-of-others/secret.txt',
    '//../secret.txt',
    '/.env',
    '/assets/./../.env',
    '/secret.txt%00.js',
    '/C:/secret.txt',
    '/out/secret.txt',
    '/out.txt',
    '/loop',
  ])('never lead out of the folder: %s', async (path) => {
    await symlink(base, join(dist, 'out'));
    await symlink(join(base, 'secret.txt'), join(dist, 'out.txt'));
    await symlink(join(dist, 'loop'), join(dist, 'loop'));
    const server = await start();
    expect(await status(server, path)).toBe(404);
    expect(text(await server.answer(request(path, BROWSER)).catch(() => ({ status: 404, body: Buffer.from('none') })))).not.toContain(
      SECRET,
    );
  });

  it('may go through links that stay inside', async () => {
    await symlink(join(dist, 'favicon.ico'), join(dist, 'icon'));
    const server = await start();
    expect(await status(server, '/icon')).toBe(200);
  });

  it('of any shape are answered, and nothing but files of the folder comes', async () => {
    const server = await start();
    const part = fc.oneof(
      fc.constantFrom('..', '.', '%2e%2e', '%2f', '\\', 'secret.txt', 'assets', '%', '', 'x'.repeat(5000)),
      fc.string(),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(part, { maxLength: 6 }), fc.boolean(), async (parts, browser) => {
        const reply = await server.answer(request(`/${parts.join('/')}`, browser ? BROWSER : {})).catch((error: { status?: string }) => {
          expect(error.status).toBe('NOT_FOUND');
          return { status: 404, body: Buffer.alloc(0) };
        });
        expect(text(reply)).not.toContain(SECRET);
      }),
      { numRuns: 200 },
    );
  });
});

describe('compression', () => {
  const script = '/assets/app-Bgb2X7Us.js';

  it('is what the client prefers, and has a tag of its own', async () => {
    const server = await start();
    const plain = await server.answer(request(script));
    const brotli = await server.answer(request(script, { 'accept-encoding': 'gzip, deflate, br' }));
    const gzip = await server.answer(request(script, { 'accept-encoding': 'gzip;q=1.0, br;q=0.5' }));
    expect([plain.headers?.['content-encoding'], brotli.headers?.['content-encoding'], gzip.headers?.['content-encoding']]).toEqual([
      undefined,
      'br',
      'gzip',
    ]);
    expect(String(brotliDecompressSync(brotli.body as Buffer))).toBe(SCRIPT);
    expect(String(gunzipSync(gzip.body as Buffer))).toBe(SCRIPT);
    expect(new Set([plain, brotli, gzip].map((reply) => reply.headers?.etag)).size).toBe(3);
  });

  it('is not tried on small files and on pictures', async () => {
    await writeFile(join(dist, 'picture.png'), Buffer.alloc(5000));
    const server = await start();
    for (const path of ['/favicon.ico', '/picture.png', '/']) {
      expect((await server.answer(request(path, { 'accept-encoding': 'br' }))).headers?.['content-encoding']).toBeUndefined();
    }
  });

  it('takes what the build has compressed, unless the file is newer', async () => {
    const made = join(dist, 'assets', 'app-Bgb2X7Us.js.gz');
    await writeFile(made, gzipSync('made by the build'));
    const packed = async (): Promise<string> =>
      String(gunzipSync((await (await start()).answer(request(script, { 'accept-encoding': 'gzip' }))).body as Buffer));
    expect(await packed()).toBe('made by the build');
    await utimes(made, new Date(0), new Date(0));
    expect(await packed()).toBe(SCRIPT);
  });

  it.each([
    [undefined, 'identity'],
    ['', 'identity'],
    ['br', 'br'],
    ['gzip', 'gzip'],
    ['gzip, br', 'br'],
    ['br;q=0, gzip', 'gzip'],
    ['*', 'br'],
    ['*;q=0', 'identity'],
    ['br;q=nonsense', 'identity'],
    ['zstd, deflate', 'identity'],
  ] as const)('understands Accept-Encoding: %s', (header, encoding) => {
    expect(chosenEncoding(header)).toBe(encoding);
  });
});

describe('the cache', () => {
  const content = (bytes: number) => ({ body: Buffer.alloc(bytes), etag: '"x"' });

  it('holds what fits, throws away the longest unused, and makes the same thing once', async () => {
    const cache = new ContentCache(100);
    const made: string[] = [];
    const get = (key: string, bytes: number) =>
      cache.get(key, async () => {
        made.push(key);
        return content(bytes);
      });
    await Promise.all([get('a', 40), get('a', 40), get('b', 40)]);
    await get('a', 40);
    await get('c', 40);
    await get('a', 40);
    await get('b', 40);
    await get('huge', 101);
    await get('huge', 101);
    expect(made).toEqual(['a', 'b', 'c', 'b', 'huge', 'huge']);
  });

  it('keeps no failure', async () => {
    const cache = new ContentCache(100);
    await expect(cache.get('a', () => Promise.reject(new Error('gone')))).rejects.toThrow('gone');
    expect((await cache.get('a', async () => content(1))).body).toHaveLength(1);
  });
});

describe('the content security policy', () => {
  it('allows the scripts of the page by their digest, frames that the operator names, and nothing from elsewhere', async () => {
    const policy = (await (await start(1_000_000, ['https://grafana.example.com'])).answer(request('/'))).headers?.[
      'content-security-policy'
    ];
    expect(policy?.split('; ')).toEqual([
      "default-src 'self'",
      // echo -n 'start()' | openssl dgst -sha256 -binary | base64
      "script-src 'self' 'sha256-DIm7WJS6ZKDYe5qFLPy+h4JFI9Bol5QmYC57mt3Fb00='",
      "style-src 'self' 'unsafe-inline'",
      "img-src 'self' data: blob:",
      "font-src 'self' data:",
      "worker-src 'self' blob:",
      "frame-src 'self' https://grafana.example.com",
      "object-src 'none'",
      "base-uri 'self'",
      "form-action 'self'",
      "frame-ancestors 'self'",
    ]);
  });

  it('is made of any text', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom('<script', '>', '</script', '<SCRIPT>', 'x', ' src="a"')), (parts) => {
        expect(contentSecurityPolicy(parts.join(''), [])).toMatch(/^default-src 'self'; script-src 'self'( 'sha256-[\w+/]{43}=')*; /);
      }),
    );
  });
});

describe('at start', () => {
  const boot = (path: string) => createTestHost({ modules: [uiHost], config: { 'ui-host': { path } } });

  it.each([
    ['nothing is there', 'none', /modules\.ui-host\.path.*none cannot be read/s],
    ['a file is there', 'secret.txt', /secret\.txt is no folder/],
    ['there is no index.html', 'dist-of-others', /index\.html cannot be read.*folder that the build/s],
  ])('says what is wrong when %s', async (_what, name, problem) => {
    await expect(boot(join(base, name))).rejects.toThrow(problem);
  });

  it('keeps the contract of modules', () => checkModule({ module: uiHost, config: { path: dist } }));
});
