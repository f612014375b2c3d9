import type { HttpReply, HttpRequest, HttpRoute } from '@skein/core';
import type { TraceQuery } from '@skein/query/contract';
import type { QueryTraceqlConfig } from '../config.js';
import { ApiError } from './api-error.js';
import { Parameters } from './parameters.js';
import type { ApiReadOptions } from './read-options.js';
import type { Replies } from './replies.js';
import type { Tags } from './tags.js';
import { traceAnswer } from './trace-answer.js';
import type { TraceSearch } from './trace-search.js';

export interface Answers {
  readonly config: QueryTraceqlConfig;
  readonly traces: TraceQuery;
  readonly search: TraceSearch;
  readonly tags: Tags;
  readonly replies: Replies;
}

type Answer = (parameters: Parameters, request: HttpRequest, o: ApiReadOptions) => HttpReply | Promise<HttpReply>;

/** The version of Tempo that clients are to take this for. */
const BUILD = { version: 'v2.9.0', revision: '', branch: '', buildUser: '', buildDate: '', goVersion: '' };
const VALUES = '/values';

/** Tempo's query API, as far as traces of SkyWalking have answers. Source: query.md 8.4. */
export function apiRoutes({ config, traces, search, tags, replies }: Answers): readonly HttpRoute[] {
  const { listener, basePath } = config;
  const below = (prefix: string, { path }: HttpRequest, end = ''): string => restOf(path.slice(basePath.length + prefix.length), end);
  const routes: readonly (readonly [path: string, answer: Answer])[] = [
    ['/ready', () => text('ready\n')],
    ['/api/echo', () => text('echo')],
    ['/api/status/buildinfo', () => json(BUILD)],
    ['/api/search', async (p, _, o) => json({ traces: await search.search(p, o), metrics: {} })],
    ['/api/search/tags', async (p, _, o) => json({ tagNames: await tags.names(p, o) })],
    ['/api/v2/search/tags', async (p, _, o) => json({ scopes: await tags.scopes(p, o) })],
    [
      '/api/search/tag/*',
      async (p, request, o) => {
        const values = await tags.values(below('/api/search/tag/', request, VALUES), p, o);
        return json({ tagValues: values.map(({ value }) => value) });
      },
    ],
    [
      '/api/v2/search/tag/*',
      async (p, request, o) => json({ tagValues: await tags.values(below('/api/v2/search/tag/', request, VALUES), p, o) }),
    ],
    ['/api/traces/*', (_, request, o) => traceAnswer(traces, below('/api/traces/', request), request, false, o)],
    ['/api/v2/traces/*', (_, request, o) => traceAnswer(traces, below('/api/v2/traces/', request), request, true, o)],
    [
      '/api/metrics/*',
      () => {
        throw new ApiError(404, 'metrics of traces are not supported');
      },
    ],
  ];
  return routes.map(
    ([path, answer]): HttpRoute => ({
      listener,
      method: 'GET',
      path: basePath + path,
      handle: (request) => replies.reply(request, (o) => answer(new Parameters(request.query), request, o)),
    }),
  );
}

const json = (body: object): HttpReply => ({
  status: 200,
  headers: { 'content-type': 'application/json; charset=utf-8' },
  body: JSON.stringify(body),
});
const text = (body: string): HttpReply => ({ status: 200, headers: { 'content-type': 'text/plain; charset=utf-8' }, body });

/** What stands before the given end of a path. */
function restOf(rest: string, end: string): string {
  if (!rest.endsWith(end)) throw new ApiError(404, 'no such path');
  try {
    return decodeURIComponent(rest.slice(0, rest.length - end.length));
  } catch (error) {
    throw new ApiError(400, 'the path cannot be decoded', { cause: error });
  }
}
