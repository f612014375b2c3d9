import { parseFilter } from '../traceql/parse.js';
import type { Condition, SpanFilter } from '../traceql/syntax-tree.js';
import { refuse } from './api-error.js';
import type { Parameters } from './parameters.js';

/** Most pairs in `tags`. */
const MAX_TAGS = 50;
/** A key, an equals sign, and a value that may stand in quotes. */
const PAIR = /^([^\s="]{1,250})=(?:"((?:[^"\\]|\\["\\])*)"|([^\s"]*))(?:\s+|$)/;

/** What a search asks for: TraceQL in `q`, or the older `tags`, with bounds of the duration. Throws ApiError and TraceqlSyntaxError. */
export function searchFilter(parameters: Parameters): SpanFilter {
  const q = parameters.text('q');
  return [...(q === undefined ? tagConditions(parameters.text('tags') ?? '') : parseFilter(q)), ...durationConditions(parameters)];
}

function durationConditions(parameters: Parameters): SpanFilter {
  const bounds: readonly (readonly [name: string, op: '>=' | '<='])[] = [
    ['minDuration', '>='],
    ['maxDuration', '<='],
  ];
  return bounds.flatMap(([name, op]): SpanFilter => {
    const nanoseconds = parameters.duration(name);
    if (nanoseconds === undefined) return [];
    return [{ field: { scope: 'intrinsic', name: 'duration' }, op, value: { kind: 'duration', nanoseconds } }];
  });
}

/** Pairs of keys and values, separated by blanks. */
function tagConditions(text: string): SpanFilter {
  const conditions: Condition[] = [];
  let rest = text.trim();
  while (rest !== '') {
    const [pair, key = '', quoted, plain = ''] =
      PAIR.exec(rest) ?? refuse('the parameter tags must be pairs such as service.name=shop http.method=GET');
    conditions.push(tagCondition(key, quoted?.replace(/\\(["\\])/g, '$1') ?? plain));
    if (conditions.length > MAX_TAGS) refuse(`the parameter tags holds more than ${MAX_TAGS} pairs`);
    rest = rest.slice(pair.length);
  }
  return conditions;
}

function tagCondition(key: string, text: string): Condition {
  const isName = key === 'name' || key === 'span.name';
  return { field: isName ? { scope: 'intrinsic', name: 'name' } : { scope: 'any', name: key }, op: '=', value: { kind: 'text', text } };
}
