import { type Clock, type HttpReply, type HttpRequest, type HttpRoute, StatusError } from '@skein/core';
import { type Cut, cutText, type ReadOptions } from '@skein/query/contract';
import type { QueryZipkinConfig } from './config.js';
import { readDependencies } from './dependency-reader.js';
import type { NamesReader } from './names-reader.js';
import { required, timeRange, traceId, traceIds, traceSearch } from './parameters.js';
import type { SpanReads } from './span-reads.js';
import type { TraceReader, TraceTexts } from './trace-reader.js';

const JSON_TYPE = { 'content-type': 'application/json; charset=utf-8' };
const CACHED = { 'cache-control': 'max-age=300, must-revalidate' };
/** Lists of more names than this are worth caching by browsers. */
const FEW = 3;
const TRACE = '/api/v2/trace/';

export interface Answers {
  readonly config: QueryZipkinConfig;
  readonly reads: SpanReads;
  readonly traces: TraceReader;
  readonly names: NamesReader;
  readonly clock: Pick<Clock, 'now'>;
}

/** Answers one request; what it says of cuts becomes a header. */
type Answer = (request: HttpRequest, o: ReadOptions) => Promise<HttpReply> | HttpReply;

/** Zipkin's query API v2, query.md 8.3, below a base path of a listener. */
export function queryRoutes(listener: string, basePath: string, answers: Answers): readonly HttpRoute[] {
  const { config, reads, traces, names, clock } = answers;
  const times = (lookbackMs: number) => ({ now: clock.now(), lookbackMs });
  const routes: readonly (readonly [path: string, answer: Answer])[] = [
    ['/config.json', () => json(JSON.stringify(uiConfig(config)))],
    ['/api/v2/services', async (_, o) => list(await names.services(o))],
    ['/api/v2/remoteServices', async ({ query }, o) => list(await names.remoteServices(required(query, 'serviceName'), o))],
    ['/api/v2/spans', async ({ query }, o) => list(await names.spans(required(query, 'serviceName'), o))],
    ['/api/v2/autocompleteKeys', async (_, o) => list(await names.tagKeys(o), true)],
    ['/api/v2/autocompleteValues', async ({ query }, o) => list(await names.tagValues(required(query, 'key'), o))],
    [
      '/api/v2/traces',
      async ({ query }, o) => {
        const { queryLimit, maxTraces, lookback } = config;
        return json(lists(await traces.search(traceSearch(query, { ...times(lookback), limit: queryLimit, mostTraces: maxTraces }), o)));
      },
    ],
    [
      `${TRACE}*`,
      async ({ path }, o) => {
        const id = traceId(path.slice(basePath.length + TRACE.length));
        const [trace] = await traces.traces([id], o);
        return trace === undefined ? notFound(`trace ${id}`) : json(listed(trace));
      },
    ],
    [
      '/api/v2/traceMany',
      async ({ query }, o) => {
        const found = await traces.traces(traceIds(query), o);
        return found.length === 0 ? notFound('none of the traces') : json(lists(found));
      },
    ],
    [
      '/api/v2/dependencies',
      async ({ query }, o) => {
        const links = await readDependencies(reads, timeRange(query, times(config.lookback)), config.maxDependencySpans, o);
        return json(JSON.stringify(links));
      },
    ],
  ];
  return routes.map(
    ([path, answer]): HttpRoute => ({ listener, method: 'GET', path: basePath + path, handle: (call) => tellCuts(call, answer) }),
  );
}

const json = (body: string): HttpReply => ({ status: 200, headers: JSON_TYPE, body });
const listed = (trace: TraceTexts): string => `[${trace.join(',')}]`;
const lists = (traces: readonly TraceTexts[]): string => `[${traces.map(listed).join(',')}]`;

const list = (names: readonly string[], cached = names.length > FEW): HttpReply => ({
  status: 200,
  headers: cached ? { ...JSON_TYPE, ...CACHED } : JSON_TYPE,
  body: JSON.stringify(names),
});

function notFound(what: string): never {
  throw new StatusError('NOT_FOUND', `${what} is not known`);
}

/** The format has no place for it, so an answer that is not the whole says so in a header. */
async function tellCuts(request: HttpRequest, answer: Answer): Promise<HttpReply> {
  const cuts: Cut[] = [];
  const reply = await answer(request, { signal: request.signal, onCut: (cut) => cuts.push(cut) });
  if (cuts.length === 0) return reply;
  const warning = `199 skein "${cuts.map(cutText).join('; ').replaceAll('"', "'")}"`;
  const { 'cache-control': _, ...headers } = reply.headers ?? {};
  return { ...reply, headers: { ...headers, warning } };
}

/** What Zipkin's user interface asks for at its start. */
const uiConfig = ({ queryLimit, defaultLookback }: QueryZipkinConfig) => ({
  environment: '',
  queryLimit,
  defaultLookback,
  searchEnabled: true,
  suggestLens: false,
  dependency: { enabled: true, lowErrorRate: 0.5, highErrorRate: 0.75 },
});
