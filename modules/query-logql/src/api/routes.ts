import type { HttpReply, HttpRequest, HttpRoute } from '@skein/core';
import { ApiError } from './api-error.js';
import type { Labels } from './labels.js';
import { Parameters } from './parameters.js';
import type { Queries } from './queries.js';
import type { ApiReadOptions } from './read-options.js';
import type { Replies } from './replies.js';

export interface Answers {
  readonly listener: string;
  readonly queries: Queries;
  readonly labels: Labels;
  readonly replies: Replies;
}

/** The `data` of an answer. Throws what Replies knows how to answer. */
type Answer = (parameters: Parameters, request: HttpRequest, o: ApiReadOptions) => unknown;

const API = '/loki/api/v1';
const LABEL = `${API}/label/`;
const VALUES = '/values';
/** With which a client asks for labels by category: those of the stream apart from those of a log. */
const FLAGS = 'x-loki-response-encoding-flags';

/** Loki's query API, as far as logs of SkyWalking have answers. Source: query.md 8.2. */
export function apiRoutes({ listener, queries, labels, replies }: Answers): readonly HttpRoute[] {
  const route = (method: 'GET' | 'POST', path: string, answer: Answer): HttpRoute => ({
    listener,
    method,
    path,
    handle: (request) => reply(request, answer),
  });
  const reply = (request: HttpRequest, answer: Answer): Promise<HttpReply> =>
    replies.reply(request, (o) => answer(new Parameters(request), request, o));
  const both: readonly (readonly [path: string, answer: Answer])[] = [
    ['/query_range', (p, request, o) => queries.range(p, wantsCategories(request), o)],
    ['/query', (p) => queries.instant(p)],
    ['/labels', (p, _, o) => labels.names(p, o)],
    ['/series', (p, _, o) => queries.series(p, o)],
  ];
  return [
    ...both.flatMap(([path, answer]) => [route('GET', API + path, answer), route('POST', API + path, answer)]),
    route('GET', `${LABEL}*`, (p, { path }, o) => labels.values(labelIn(path), p, o)),
    {
      listener,
      method: 'GET',
      path: '/ready',
      handle: () => ({ status: 200, headers: { 'content-type': 'text/plain' }, body: 'ready\n' }),
    },
  ];
}

const wantsCategories = ({ headers }: HttpRequest): boolean =>
  (headers.get(FLAGS) ?? '').split(',').some((flag) => flag.trim() === 'categorize-labels');

function labelIn(path: string): string {
  const rest = path.slice(LABEL.length);
  if (!rest.endsWith(VALUES)) throw new ApiError(404, 'no such path');
  try {
    return decodeURIComponent(rest.slice(0, -VALUES.length));
  } catch (error) {
    throw new ApiError(400, 'the label cannot be decoded', { cause: error });
  }
}
