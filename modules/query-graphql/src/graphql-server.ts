import type { Clock, HttpReply, HttpRequest, Logger, Meter } from '@skein/core';
import { STATUS, StatusError, statusOf } from '@skein/core';
import { QueryError } from '@skein/query/contract';
import { DurationError } from '@skein/telemetry';
import { type ExecutionResult, execute, GraphQLError, type GraphQLFormattedError, type GraphQLSchema } from 'graphql';
import { answerText } from './answer-text.js';
import { countedField } from './build-schema.js';
import { CutLog } from './cut-log.js';
import { DocumentCache } from './document-cache.js';
import type { DocumentLimits } from './document-limits.js';
import { type GraphqlRequest, readRequest } from './graphql-request.js';
import { type AnswerLimits, QueryRun } from './query-run.js';

export interface GraphqlServerSettings extends DocumentLimits, AnswerLimits {
  /** Longest query, ms. */
  readonly deadlineMs: number;
  /** Characters of document text kept parsed. */
  readonly cacheCharacters: number;
}

const JSON_TYPE = { 'content-type': 'application/json; charset=utf-8' };
const TEXT_TYPE = { 'content-type': 'text/plain; charset=utf-8' };
const MAX_MESSAGE = 1000;
const LATENCY_BOUNDS = [5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10_000];

class QueryTimeoutError extends Error {
  override readonly name = 'QueryTimeoutError';
}

/** GraphQL over HTTP, query.md 5.1. */
export class GraphqlServer {
  readonly #documents: DocumentCache;
  readonly #cuts: CutLog;
  readonly #errors: ReturnType<Meter['counter']>;
  readonly #latency: ReturnType<Meter['histogram']>;

  constructor(
    private readonly schema: GraphQLSchema,
    private readonly settings: GraphqlServerSettings,
    private readonly clock: Clock,
    private readonly logger: Logger,
    meter: Meter,
  ) {
    this.#documents = new DocumentCache(schema, settings, settings.cacheCharacters);
    this.#cuts = new CutLog(logger, clock);
    this.#errors = meter.counter('graphql_query_errors_total', 'GraphQL errors by kind');
    this.#latency = meter.histogram('graphql_query_latency_ms', 'Duration of GraphQL queries', LATENCY_BOUNDS);
  }

  async handle(request: HttpRequest): Promise<HttpReply> {
    const begun = performance.now();
    try {
      return await this.#answer(request);
    } finally {
      this.#latency.record(performance.now() - begun);
    }
  }

  async #answer(request: HttpRequest): Promise<HttpReply> {
    let asked: GraphqlRequest;
    try {
      asked = readRequest(request);
    } catch (error) {
      if (!(error instanceof StatusError)) throw error;
      this.#errors.add(1, { kind: 'request' });
      return { status: STATUS[error.status].http, headers: TEXT_TYPE, body: error.message };
    }
    const prepared = this.#documents.prepare(asked.query);
    if ('errors' in prepared) {
      this.#errors.add(prepared.errors.length, { kind: 'document' });
      return reply(400, { errors: prepared.errors.map(placed) });
    }
    const result = await this.#within(request.signal, async (run) =>
      execute({
        schema: this.schema,
        document: prepared.document,
        contextValue: run,
        fieldResolver: countedField,
        variableValues: asked.variables ?? null,
        operationName: asked.operationName ?? null,
      }),
    );
    const errors = result.errors && this.#shown(result.errors);
    // Without data the query was never run: its variables or operation name do not fit.
    return reply('data' in result ? 200 : 400, { ...(errors && { errors }), ...('data' in result && { data: result.data }) });
  }

  /** Runs a query until its deadline; then its reads are aborted and the answer says so. */
  async #within(outer: AbortSignal, execution: (run: QueryRun) => Promise<ExecutionResult>): Promise<ExecutionResult> {
    const controller = new AbortController();
    const stop = (): void => controller.abort(outer.reason);
    if (outer.aborted) stop();
    outer.addEventListener('abort', stop, { once: true });
    const { deadlineMs } = this.settings;
    const timer = this.clock.setTimeout(
      () => controller.abort(new QueryTimeoutError(`the query took longer than ${deadlineMs} ms`)),
      deadlineMs,
    );
    const aborted = new Promise<ExecutionResult>((resolve) => {
      controller.signal.addEventListener('abort', () => {
        const { reason } = controller.signal;
        const originalError = reason instanceof Error ? reason : new Error('aborted');
        resolve({ errors: [new GraphQLError(originalError.message, { originalError })], data: null });
      });
    });
    const run = new QueryRun(controller.signal, (reason) => controller.abort(reason), this.settings);
    try {
      return withCuts(await Promise.race([execution(run), aborted]), run);
    } finally {
      this.#cuts.add(run.cuts);
      timer[Symbol.dispose]();
      outer.removeEventListener('abort', stop);
    }
  }

  /** What a client may see of errors: their place, and their message if it is meant for clients. One of the others is logged. */
  #shown(errors: readonly GraphQLError[]): readonly GraphQLFormattedError[] {
    const hidden = errors.filter((e) => !isMeantForClients(e.originalError));
    const shown = errors.length - hidden.length;
    if (shown > 0) this.#errors.add(shown, { kind: 'query' });
    const [first] = hidden;
    if (first === undefined) return errors.map(placed);
    this.#errors.add(hidden.length, { kind: 'internal' });
    this.logger.error('a GraphQL field failed', { path: first.path, error: first.originalError, fields: hidden.length });
    const inside = new Set(hidden);
    return errors.map((e) => (inside.has(e) ? { ...placed(e), message: statusOf(e.originalError).message } : placed(e)));
  }
}

/** Fields that are incomplete say so beside their data. */
function withCuts(result: ExecutionResult, { cuts }: QueryRun): ExecutionResult {
  return cuts.length === 0 ? result : { ...result, errors: [...(result.errors ?? []), ...cuts.map((c) => c.error)] };
}

/** An error without extensions. Messages repeat what the client sent, which may be long. */
function placed(error: GraphQLError): GraphQLFormattedError {
  const { locations, path } = error.toJSON();
  return { message: error.message.slice(0, MAX_MESSAGE), ...(locations && { locations }), ...(path && { path }) };
}

const isMeantForClients = (error: Error | undefined): boolean =>
  error === undefined ||
  error instanceof GraphQLError ||
  error instanceof QueryError ||
  error instanceof DurationError ||
  error instanceof StatusError ||
  error instanceof QueryTimeoutError;

const reply = async (status: number, body: object): Promise<HttpReply> => ({ status, headers: JSON_TYPE, body: await answerText(body) });
