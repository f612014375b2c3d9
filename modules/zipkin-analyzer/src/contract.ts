/** What is stored of Zipkin spans, and what they mean, for whoever reads them. */
export * from './models.js';
export * from './span-meaning.js';
