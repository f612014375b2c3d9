export * from './evaluate.js';
export * from './expression.js';
export * from './format.js';
export * from './parse.js';
export * from './print.js';
export * from './reader.js';
export type { ExpressionResult, Owner, Point, ResultType, Series } from './result.js';
