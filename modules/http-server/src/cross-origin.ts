import type { CorsConfig } from './config.js';

/** Browsers ask again after at most two hours, whatever they are told. */
const MAX_AGE_S = '7200';
/** Header names and commas; nothing else is sent back. */
const HEADER_NAMES = /^[\w!#$%&'*+.^`|~, -]{1,1000}$/;

type HeaderMap = Readonly<Record<string, string>>;

/**
 * Which pages of other origins may send to a listener, and where: the rules of the Fetch standard (CORS). Allowed origins are named one by
 * one and credentials are allowed, because `navigator.sendBeacon` always sends with credentials and takes no `*` for an answer. There is
 * nothing to steal with them: no cookie means anything here, and paths that answer data are not among the default ones.
 */
export class CrossOrigin {
  private readonly any: boolean;
  private readonly exact: ReadonlySet<string>;
  /** Scheme with `://`, and the end of the host with its leading dot. */
  private readonly below: ReadonlyArray<readonly [start: string, end: string]>;

  constructor(private readonly config: CorsConfig) {
    const origins = config.origins.map((origin) => origin.toLowerCase());
    this.any = origins.includes('*');
    this.exact = new Set(origins.filter((origin) => !origin.includes('*')));
    this.below = origins.filter((origin) => origin.includes('://*.')).map((origin) => origin.split('*', 2) as [string, string]);
  }

  /** `path`: of a route, without the context path. */
  covers(path: string): boolean {
    if (this.config.origins.length === 0) return false;
    return this.config.paths.some((pattern) =>
      pattern.endsWith('/*') ? path.startsWith(pattern.slice(0, -1)) && path.length >= pattern.length : path === pattern,
    );
  }

  /** Headers of any answer to a request of this origin; undefined: the page may not read it. */
  answerHeaders(origin: string | undefined): HeaderMap | undefined {
    if (origin === undefined || !this.allows(origin)) return undefined;
    return { 'access-control-allow-origin': origin, 'access-control-allow-credentials': 'true', vary: 'Origin' };
  }

  /** Headers that let the browser send what it asked about; undefined: it may not. */
  preflightHeaders(origin: string | undefined, requestedHeaders: string | undefined, methods: readonly string[]): HeaderMap | undefined {
    const headers = this.answerHeaders(origin);
    if (headers === undefined) return undefined;
    return {
      ...headers,
      'access-control-allow-methods': methods.join(', '),
      // Whatever else watches the page adds headers of its own to each request.
      ...(requestedHeaders !== undefined && HEADER_NAMES.test(requestedHeaders) && { 'access-control-allow-headers': requestedHeaders }),
      'access-control-max-age': MAX_AGE_S,
    };
  }

  private allows(origin: string): boolean {
    return (
      this.any ||
      this.exact.has(origin) ||
      this.below.some(([start, end]) => origin.startsWith(start) && origin.endsWith(end) && origin.length > start.length + end.length)
    );
  }
}
