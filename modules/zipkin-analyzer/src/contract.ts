/** What is stored of Zipkin spans, for whoever reads them. */
export * from './models.js';
export { isError, isExit } from './span-meaning.js';
