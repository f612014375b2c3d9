import { StatusError } from '@skein/core';
import { traceIdOf } from '@skein/proto/zipkin';

/** Longest list of trace ids, and of terms of an annotation query. */
const MOST_IDS = 1000;
const MOST_TERMS = 50;
const LONGEST = 4096;

/** What a list of traces is asked for; every condition must hold for one span. */
export interface TraceSearch {
  readonly serviceName: string | undefined;
  readonly spanName: string | undefined;
  readonly remoteServiceName: string | undefined;
  /** Annotation values, tag keys, and `key=value`. */
  readonly terms: readonly string[];
  /** Microseconds, inclusive. */
  readonly minDuration: number | undefined;
  readonly maxDuration: number | undefined;
  /** ms, inclusive. */
  readonly from: number;
  readonly to: number;
  readonly limit: number;
}

export interface SearchDefaults {
  readonly now: number;
  readonly lookbackMs: number;
  readonly limit: number;
  readonly mostTraces: number;
}

const refuse = (problem: string): never => {
  throw new StatusError('INVALID_ARGUMENT', problem);
};

/** Throws StatusError INVALID_ARGUMENT, as all here do. */
export function traceSearch(query: URLSearchParams, defaults: SearchDefaults): TraceSearch {
  const { from, to } = timeRange(query, defaults);
  const minDuration = number(query, 'minDuration', 1);
  const maxDuration = number(query, 'maxDuration', 1);
  if (minDuration !== undefined && maxDuration !== undefined && maxDuration < minDuration) refuse('maxDuration is less than minDuration');
  const limit = number(query, 'limit', 1) ?? defaults.limit;
  if (limit > defaults.mostTraces) refuse(`limit must be 1 to ${defaults.mostTraces} (got ${limit})`);
  return {
    serviceName: name(query, 'serviceName'),
    spanName: name(query, 'spanName'),
    remoteServiceName: name(query, 'remoteServiceName'),
    terms: annotationTerms(text(query, 'annotationQuery') ?? ''),
    minDuration,
    maxDuration,
    from,
    to,
    limit,
  };
}

/** The `lookback` before `endTs`, both in ms. */
export function timeRange(query: URLSearchParams, { now, lookbackMs }: Pick<SearchDefaults, 'now' | 'lookbackMs'>) {
  const to = number(query, 'endTs', 1) ?? now;
  const lookback = number(query, 'lookback', 1) ?? lookbackMs;
  return { from: Math.max(0, to - lookback), to };
}

/** A parameter that must be there. */
export const required = (query: URLSearchParams, parameter: string): string =>
  text(query, parameter)?.trim() || refuse(`the parameter ${parameter} is missing`);

/** Trace ids of 16 or 32 digits. */
export function traceIds(query: URLSearchParams): readonly string[] {
  const parts = required(query, 'traceIds')
    .split(',')
    .map((part) => part.trim())
    .filter((part) => part !== '');
  if (parts.length === 0) refuse('the parameter traceIds is empty');
  if (parts.length > MOST_IDS) refuse(`traceIds holds more than ${MOST_IDS} ids`);
  const ids = parts.map(traceId);
  if (new Set(ids).size < ids.length) refuse('traceIds holds an id twice');
  return ids;
}

export const traceId = (given: string): string => traceIdOf(given) ?? refuse('a trace id has 1 to 32 hex digits, not all zero');

/** `all` stands for every name, as the user interface has it. Names are stored in lower case. */
function name(query: URLSearchParams, parameter: string): string | undefined {
  const given = text(query, parameter)?.trim().toLowerCase();
  return given === undefined || given === '' || given === 'all' ? undefined : given;
}

/** `a and b=c` asks for both. */
function annotationTerms(given: string): readonly string[] {
  const terms = given
    .split(' and ')
    .map((term) => term.trim())
    .filter((term) => term !== '');
  if (terms.length > MOST_TERMS) refuse(`annotationQuery holds more than ${MOST_TERMS} terms`);
  return [...new Set(terms.map(withoutSpaces))];
}

/** Around the first equals sign there may be spaces. */
function withoutSpaces(term: string): string {
  const at = term.indexOf('=');
  return at < 0 ? term : `${term.slice(0, at).trim()}=${term.slice(at + 1).trim()}`;
}

function text(query: URLSearchParams, parameter: string): string | undefined {
  const given = query.get(parameter);
  if (given === null) return undefined;
  return given.length > LONGEST ? refuse(`${parameter} is longer than ${LONGEST} characters`) : given;
}

function number(query: URLSearchParams, parameter: string, least: number): number | undefined {
  const given = text(query, parameter)?.trim();
  if (given === undefined || given === '') return undefined;
  const value = /^\d{1,16}$/.test(given) ? Number(given) : Number.NaN;
  return value >= least && value <= Number.MAX_SAFE_INTEGER ? value : refuse(`${parameter} must be a whole number from ${least} on`);
}
