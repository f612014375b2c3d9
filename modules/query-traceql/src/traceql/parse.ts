import { SyntaxError as PeggySyntaxError, parse } from '../../gen/traceql-parser.js';
import type { SpanFilter } from './syntax-tree.js';

/** Longest query, in UTF-16 code units, and its most conditions. */
export const MAX_QUERY = 10_000;
export const MAX_CONDITIONS = 50;

/** A query that cannot be read. The message begins with `parse error at line <line>, col <column>: `, both from 1. */
export class TraceqlSyntaxError extends Error {
  override readonly name = 'TraceqlSyntaxError';
  constructor(line: number, column: number, what: string) {
    super(`parse error at line ${line}, col ${column}: ${what}`);
  }
}

/** Reads a query to its end. The grammar has no nesting. Throws {@link TraceqlSyntaxError}. */
export function parseFilter(text: string): SpanFilter {
  if (text.length > MAX_QUERY) throw new TraceqlSyntaxError(1, 1, `the query is longer than ${MAX_QUERY} characters`);
  const filter = parsed(text);
  if (filter.length > MAX_CONDITIONS) throw new TraceqlSyntaxError(1, 1, `the query has more than ${MAX_CONDITIONS} conditions`);
  return filter;
}

function parsed(text: string): SpanFilter {
  try {
    return parse(text) as SpanFilter;
  } catch (error) {
    if (!(error instanceof PeggySyntaxError)) throw error;
    const { line, column } = error.location.start;
    throw new TraceqlSyntaxError(line, column, error.message.slice(0, 300));
  }
}
