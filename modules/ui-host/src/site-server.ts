import { createHash } from 'node:crypto';
import { basename } from 'node:path';
import { type HttpReply, type HttpRequest, StatusError } from '@skein/core';
import type { UiHostConfig } from './config.js';
import { type Content, ContentCache } from './content-cache.js';
import { contentSecurityPolicy } from './content-security-policy.js';
import { chosenEncoding, compressed, ENDINGS, type Encoding, isCompressible } from './encodings.js';
import { mediaType, type Site, type SiteFile } from './site.js';

const INDEX = '/index.html';
/** Names that builds make of a name and a digest of the content: `index-Bgb2X7Us.js`, `app.3f2a91bc.css`. */
const HASHED = /[-.][\w-]{8,20}\.\w{2,5}$/;

/** Answers requests for the files of a site. Every path of its pages is answered with the index.html, which shows what the path names. */
export class SiteServer {
  private readonly cache: ContentCache;
  private policy: { readonly etag: string; readonly text: string } | undefined;

  private constructor(
    private readonly site: Site,
    private readonly config: UiHostConfig,
  ) {
    this.cache = new ContentCache(config.cache);
  }

  static async of(site: Site, config: UiHostConfig): Promise<SiteServer> {
    const server = new SiteServer(site, config);
    await server.headersOfPage(await server.file(INDEX));
    return server;
  }

  async answer(request: HttpRequest): Promise<HttpReply> {
    const asked = request.path === '/' ? INDEX : request.path;
    const found = (await this.site.find(asked)) ?? (await this.page(request));
    return this.reply(found, request);
  }

  /** The index.html for who wants to see a page; whoever asks for data or a script is told that there is none. */
  private async page({ path, headers }: HttpRequest): Promise<SiteFile> {
    const wantsPage = (headers.get('accept') ?? '').toLowerCase().includes('text/html');
    if (!wantsPage || (await this.site.isBelowFolder(path))) throw new StatusError('NOT_FOUND', 'no such path');
    return this.file(INDEX);
  }

  private async file(path: string): Promise<SiteFile> {
    const found = await this.site.find(path);
    if (found === undefined) throw new StatusError('NOT_FOUND', `the web interface has no ${path} any more`);
    return found;
  }

  private async reply(file: SiteFile, { headers: asked }: HttpRequest): Promise<HttpReply> {
    const type = mediaType(file.path);
    const isPacked = isCompressible(type, file.size);
    const encoding = isPacked ? chosenEncoding(asked.get('accept-encoding')) : 'identity';
    const { body, etag } = await this.content(file, encoding);
    const isPage = type.startsWith('text/html');
    const headers = {
      etag,
      'cache-control': HASHED.test(basename(file.path)) ? 'public, max-age=31536000, immutable' : 'no-cache',
      'x-content-type-options': 'nosniff',
      ...(isPacked && { vary: 'accept-encoding' }),
      ...(isPage && (await this.headersOfPage(file))),
    };
    if (matches(asked.get('if-none-match'), etag)) return { status: 304, headers };
    return {
      status: 200,
      headers: { ...headers, 'content-type': type, ...(encoding !== 'identity' && { 'content-encoding': encoding }) },
      body,
    };
  }

  private content(file: SiteFile, encoding: Encoding): Promise<Content> {
    return this.cache.get(`${encoding} ${file.size} ${file.changed} ${file.path}`, async () => {
      const body = encoding === 'identity' ? await this.site.read(file) : await this.packed(file, encoding);
      return { body, etag: `"${createHash('sha256').update(body).digest('base64url').slice(0, 27)}"` };
    });
  }

  /** What the build has compressed, unless it is older than the file; else compressed here. */
  private async packed(file: SiteFile, encoding: Exclude<Encoding, 'identity'>): Promise<Buffer> {
    const path = `${file.path.slice(this.site.root.length)}${ENDINGS[encoding]}`;
    const made = await this.site.find(path.split(/[/\\]/).map(encodeURIComponent).join('/'));
    if (made !== undefined && made.changed >= file.changed) return this.site.read(made);
    const { body } = await this.content(file, 'identity');
    return compressed(body, encoding);
  }

  private async headersOfPage(file: SiteFile): Promise<Readonly<Record<string, string>>> {
    const { body, etag } = await this.content(file, 'identity');
    if (this.policy?.etag !== etag) this.policy = { etag, text: contentSecurityPolicy(body.toString('utf8'), this.config.frames) };
    return { 'content-security-policy': this.policy.text, 'referrer-policy': 'same-origin' };
  }
}

/** Weak comparison, as conditions of GET ask for. */
const matches = (condition: string | undefined, etag: string): boolean =>
  (condition ?? '').split(',').some((one) => one.trim() === '*' || one.trim().replace(/^W\//, '') === etag);
