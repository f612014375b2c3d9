import { nearest } from '@skein/core';
import type { OalScript } from '../points.js';

/** A mistake in an OAL script. */
export interface OalProblem {
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** From 1, in UTF-16 units. */
  readonly column: number;
  readonly message: string;
  /** The line of the script, shortened around the place. */
  readonly excerpt: string;
  /** Where in `excerpt` the place is, from 0. */
  readonly caret: number;
}

/** Characters shown on either side of the place in a long line. */
const EXCERPT = 80;

/** A place in a script: counts lines only when something is to be said about it. */
export function problemAt(script: OalScript, offset: number, message: string): OalProblem {
  const { line, column, start } = position(script.text, offset);
  const end = script.text.slice(start).search(/[\r\n]/);
  const text = end < 0 ? script.text.slice(start) : script.text.slice(start, start + end);
  const from = Math.max(0, column - 1 - EXCERPT);
  const excerpt = text.slice(from, column - 1 + EXCERPT);
  const head = from > 0 ? '…' : '';
  return { file: script.file, line, column, message, excerpt: head + excerpt, caret: column - 1 - from + head.length };
}

/** `core.oal:3:12`. */
export function placeAt(script: OalScript, offset: number): string {
  const { line, column } = position(script.text, offset);
  return `${script.file}:${line}:${column}`;
}

function position(text: string, offset: number): { readonly line: number; readonly column: number; readonly start: number } {
  let line = 1;
  let start = 0;
  for (let i = text.indexOf('\n'); i >= 0 && i < offset; i = text.indexOf('\n', i + 1)) {
    line++;
    start = i + 1;
  }
  return { line, column: offset - start + 1, start };
}

/** Place and message, the line of the script, and a caret under the place. */
export function formatOalProblem(problem: OalProblem): string {
  const { file, line, column, message, excerpt, caret } = problem;
  const indent = excerpt.slice(0, caret).replace(/[^\t]/g, ' ');
  return `${file}:${line}:${column} ${message}\n    ${excerpt}\n    ${indent}^`;
}

/** `unknown attribute "latncy" of source Service; did you mean "latency"?` */
export function unknown(what: string, name: string, known: Iterable<string>, owner = ''): string {
  const near = nearest(name, known);
  const of = owner === '' ? '' : ` of ${owner}`;
  return `unknown ${what} "${shorten(name)}"${of}${near === undefined ? '' : `; did you mean "${near}"?`}`;
}

/** Names from scripts may be of any length; messages are not. */
export const shorten = (name: string): string => (name.length > 100 ? `${name.slice(0, 100)}…` : name);
