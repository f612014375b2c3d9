import type { HttpReply, HttpRequest, HttpRoute } from '@skein/core';
import type { QueryPromqlConfig } from '../config.js';
import { refuse } from '../evaluation/api-error.js';
import { parseExpression } from '../promql/parse.js';
import { printExpression } from '../promql/print.js';
import { prometheusTree } from '../promql/prometheus-tree.js';
import type { Completions } from './completions.js';
import { Parameters } from './parameters.js';
import type { Queries } from './queries.js';
import type { ApiReadOptions } from './read-options.js';
import type { Replies } from './replies.js';

export interface Answers {
  readonly config: QueryPromqlConfig;
  readonly queries: Queries;
  readonly completions: Completions;
  readonly replies: Replies;
}

/** The `data` of an answer. Throws what Replies knows how to answer. */
type Answer = (parameters: Parameters, o: ApiReadOptions, path: string) => unknown;

const API = '/api/v1';
const LABEL = `${API}/label/`;
const VALUES = '/values';

/** Prometheus' HTTP API, as far as metrics of SkyWalking have answers. Source: query.md 8.1. */
export function apiRoutes({ config, queries, completions, replies }: Answers): readonly HttpRoute[] {
  const { listener } = config;
  const route = (method: 'GET' | 'POST', path: string, answer: Answer): HttpRoute => ({
    listener,
    method,
    path,
    handle: (request) => reply(request, answer),
  });
  const reply = (request: HttpRequest, answer: Answer): Promise<HttpReply> =>
    replies.reply(request, (o) => answer(new Parameters(request), o, request.path));
  const both: readonly (readonly [path: string, answer: Answer])[] = [
    ['/query', (p, o) => queries.instant(p, o)],
    ['/query_range', (p, o) => queries.range(p, o)],
    ['/series', (p, o) => completions.series(p, o)],
    ['/labels', (p, o) => completions.labelNames(p, o)],
    ['/metadata', (p, o) => completions.metadata(p, o)],
    ['/format_query', (p) => printExpression(parseExpression(p.required('query')))],
    ['/parse_query', (p) => prometheusTree(parseExpression(p.required('query')))],
    ['/status/buildinfo', () => config.buildInfo],
    // Clients ask for these too, and take an error for a broken server.
    ['/query_exemplars', () => []],
    ['/rules', () => ({ groups: [] })],
    ['/alerts', () => ({ alerts: [] })],
  ];
  return [
    ...both.flatMap(([path, answer]) => [route('GET', API + path, answer), route('POST', API + path, answer)]),
    route('GET', `${LABEL}*`, (p, o, path) => completions.labelValues(labelIn(path), p, o)),
    alive(listener, '/-/healthy'),
    alive(listener, '/-/ready'),
  ];
}

function labelIn(path: string): string {
  const rest = path.slice(LABEL.length);
  if (!rest.endsWith(VALUES)) refuse(`the path must be ${LABEL}<name>${VALUES}`);
  return rest.slice(0, -VALUES.length);
}

const alive = (listener: string, path: string): HttpRoute => ({
  listener,
  method: 'GET',
  path,
  handle: () => ({ status: 200, headers: { 'content-type': 'text/plain; charset=utf-8' }, body: 'Skein answers.\n' }),
});
