import { nearest } from '@skein/core';
import type { Place } from './syntax-tree.js';

/** A mistake in an expression: where, and what. Caught where a rule is compiled. */
export class MalError extends Error {
  override readonly name = 'MalError';
  constructor(
    readonly at: Place,
    message: string,
  ) {
    super(message);
  }
}

/** Line and column of an offset, both from 1. */
export function positionIn(text: string, offset: number): { readonly line: number; readonly column: number } {
  let line = 1;
  let start = 0;
  for (let i = text.indexOf('\n'); i >= 0 && i < offset; i = text.indexOf('\n', i + 1)) {
    line++;
    start = i + 1;
  }
  return { line, column: offset - start + 1 };
}

/** `unknown function "summ"; did you mean "sum"?` */
export function unknown(what: string, name: string, known: Iterable<string>): string {
  const near = nearest(name, known);
  return `unknown ${what} "${shorten(name)}"${near === undefined ? '' : `; did you mean "${near}"?`}`;
}

/** Texts of rules and labels may be of any length; messages are not. */
export const shorten = (text: string): string => (text.length > 100 ? `${text.slice(0, 100)}…` : text);
