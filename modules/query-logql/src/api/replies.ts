import { type Clock, type HttpReply, type HttpRequest, type Logger, type Meter, STATUS, statusOf } from '@skein/core';
import { type Cut, cutText, QueryError } from '@skein/query/contract';
import { DurationError } from '@skein/telemetry';
import { DeadlineError } from '@skein/telemetry/storage';
import { LogqlSyntaxError } from '../logql/parse.js';
import { ApiError } from './api-error.js';
import type { ApiReadOptions } from './read-options.js';

const JSON_TYPE = { 'content-type': 'application/json; charset=utf-8' };
const TEXT_TYPE = { 'content-type': 'text/plain; charset=utf-8' };
/** Most warnings in one answer. */
const MAX_WARNINGS = 20;

/** Answers as Loki does, under a deadline: data in an envelope, errors as plain text. They are counted, and logged when they are ours. */
export class Replies {
  readonly #errors: ReturnType<Meter['counter']>;

  constructor(
    private readonly deadlineMs: number,
    private readonly clock: Clock,
    private readonly logger: Logger,
    meter: Meter,
  ) {
    this.#errors = meter.counter('query_logql_errors_total', "Requests of Loki's API that were answered with an error");
  }

  async reply(request: HttpRequest, data: (o: ApiReadOptions) => unknown): Promise<HttpReply> {
    const late = new AbortController();
    const timer = this.clock.setTimeout(
      () => late.abort(new ApiError(504, `the query took longer than ${this.deadlineMs} ms; narrow its range`)),
      this.deadlineMs,
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

  #failure({ status, message, cause }: ApiError, path: string): HttpReply {
    this.#errors.add(1, { status: String(status) });
    if (status === 500) this.logger.error(`LogQL ${path} failed`, { error: cause });
    return { status, headers: TEXT_TYPE, body: message };
  }
}

const success = (data: unknown, warnings: readonly string[]): HttpReply => ({
  status: 200,
  headers: JSON_TYPE,
  body: JSON.stringify({ status: 'success', ...(warnings.length > 0 && { warnings }), data }),
});

function apiErrorOf(error: unknown): ApiError {
  if (error instanceof ApiError) return error;
  if (error instanceof QueryError && error.cause instanceof DeadlineError) return new ApiError(504, error.message, { cause: error });
  if (error instanceof LogqlSyntaxError || error instanceof QueryError || error instanceof DurationError) {
    return new ApiError(400, error.message, { cause: error });
  }
  const { status, message } = statusOf(error);
  return new ApiError(STATUS[status].http === 503 ? 503 : 500, message, { cause: error });
}
