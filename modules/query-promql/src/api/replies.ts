import { type Clock, type HttpReply, type HttpRequest, type Logger, type Meter, statusOf } from '@skein/core';
import { type Cut, cutText, QueryError } from '@skein/query/contract';
import { DurationError } from '@skein/telemetry';
import { ExpressionError } from '@skein/telemetry/mqe';
import { DeadlineError } from '@skein/telemetry/storage';
import type { QueryPromqlConfig } from '../config.js';
import { ApiError, type ErrorType } from '../evaluation/api-error.js';
import { PromqlSyntaxError } from '../promql/parse.js';
import { JsonText } from './json-text.js';
import type { ApiReadOptions } from './read-options.js';

const HEADERS = { 'content-type': 'application/json; charset=utf-8' };
const STATUSES: Readonly<Record<ErrorType, number>> = { bad_data: 400, timeout: 503, internal: 500 };
/** Most warnings in one answer. */
const MAX_WARNINGS = 20;

/** Answers in Prometheus' envelope, under a deadline. Errors are answered, counted, and logged when they are ours. */
export class Replies {
  readonly #errors: ReturnType<Meter['counter']>;

  constructor(
    private readonly config: QueryPromqlConfig,
    private readonly clock: Clock,
    private readonly logger: Logger,
    meter: Meter,
  ) {
    this.#errors = meter.counter('query_promql_errors_total', "Requests of Prometheus' API that were answered with an error");
  }

  async reply(request: HttpRequest, data: (o: ApiReadOptions) => unknown): Promise<HttpReply> {
    const { deadline } = this.config;
    const late = new AbortController();
    const timer = this.clock.setTimeout(
      () => late.abort(new ApiError('timeout', `the query took longer than ${deadline} ms; narrow its range`)),
      deadline,
    );
    const cuts = new Set<string>();
    const onCut = (cut: Cut): void => {
      if (cuts.size < MAX_WARNINGS) cuts.add(cutText(cut));
    };
    try {
      const answer = await data({ signal: AbortSignal.any([request.signal, late.signal]), onCut });
      return success(answer, [...cuts]);
    } catch (error) {
      return this.#failure(apiErrorOf(error), request.path);
    } finally {
      timer[Symbol.dispose]();
    }
  }

  #failure({ type, message, cause }: ApiError, path: string): HttpReply {
    this.#errors.add(1, { type });
    if (type === 'internal') this.logger.error(`PromQL ${path} failed`, { error: cause });
    const body = JSON.stringify({ status: 'error', errorType: type, error: message });
    return { status: this.config.httpStatuses ? STATUSES[type] : 200, headers: HEADERS, body };
  }
}

function success(data: unknown, warnings: readonly string[]): HttpReply {
  const text = data instanceof JsonText ? data.text : JSON.stringify(data);
  const told = warnings.length > 0 ? `,"warnings":${JSON.stringify(warnings)}` : '';
  return { status: 200, headers: HEADERS, body: `{"status":"success","data":${text}${told}}` };
}

function apiErrorOf(error: unknown): ApiError {
  if (error instanceof ApiError) return error;
  if (error instanceof QueryError && error.cause instanceof DeadlineError) return new ApiError('timeout', error.message, { cause: error });
  if (
    error instanceof PromqlSyntaxError ||
    error instanceof QueryError ||
    error instanceof DurationError ||
    error instanceof ExpressionError
  ) {
    return new ApiError('bad_data', error.message, { cause: error });
  }
  const { message, retryable } = statusOf(error);
  return new ApiError(retryable ? 'timeout' : 'internal', message, { cause: error });
}
