import { type Clock, type HttpReply, type HttpRequest, type Logger, type Meter, STATUS, statusOf } from '@skein/core';
import { type Cut, cutText, QueryError } from '@skein/query/contract';
import { DurationError } from '@skein/telemetry';
import { DeadlineError } from '@skein/telemetry/storage';
import { TraceqlSyntaxError } from '../traceql/parse.js';
import { ApiError } from './api-error.js';
import type { ApiReadOptions } from './read-options.js';

const TEXT_TYPE = { 'content-type': 'text/plain; charset=utf-8' };
/** Most warnings in one answer. */
const MAX_WARNINGS = 20;

/** Answers as Tempo does, under a deadline: errors as plain text. They are counted, and logged when they are ours. */
export class Replies {
  readonly #errors: ReturnType<Meter['counter']>;

  constructor(
    private readonly deadlineMs: number,
    private readonly clock: Clock,
    private readonly logger: Logger,
    meter: Meter,
  ) {
    this.#errors = meter.counter('query_traceql_errors_total', "Requests of Tempo's API that were answered with an error");
  }

  async reply(request: HttpRequest, answer: (o: ApiReadOptions) => HttpReply | Promise<HttpReply>): Promise<HttpReply> {
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
      const reply = await answer({ signal: AbortSignal.any([request.signal, late.signal]), onCut });
      return cuts.size === 0 ? reply : { ...reply, headers: { ...reply.headers, warning: warningOf(cuts) } };
    } catch (error) {
      return this.#failure(apiErrorOf(error), request.path);
    } finally {
      timer[Symbol.dispose]();
    }
  }

  #failure({ status, message, cause }: ApiError, path: string): HttpReply {
    this.#errors.add(1, { status: String(status) });
    if (status === 500) this.logger.error(`TraceQL ${path} failed`, { error: cause });
    return { status, headers: TEXT_TYPE, body: message };
  }
}

/** The format has no place for it, so an answer that is not the whole says so in a header. */
const warningOf = (cuts: ReadonlySet<string>): string =>
  `199 skein "${[...cuts]
    .join('; ')
    .replace(/[^ -~]/g, '?')
    .replaceAll('"', "'")}"`;

function apiErrorOf(error: unknown): ApiError {
  if (error instanceof ApiError) return error;
  if (error instanceof QueryError && error.cause instanceof DeadlineError) return new ApiError(504, error.message, { cause: error });
  if (error instanceof TraceqlSyntaxError || error instanceof QueryError || error instanceof DurationError) {
    return new ApiError(400, error.message, { cause: error });
  }
  const { status, message } = statusOf(error);
  return new ApiError(STATUS[status].http === 503 ? 503 : 500, message, { cause: error });
}
