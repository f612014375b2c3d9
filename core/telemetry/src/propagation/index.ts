/** Headers by which a request carries its trace from one service to the next. */
export * from './b3.js';
export * from './legacy-headers.js';
export * from './sw8.js';
export * from './sw8-correlation.js';
export * from './sw8-extension.js';
export * from './trace-context.js';
