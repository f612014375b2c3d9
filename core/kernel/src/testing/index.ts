export * from './server-process.js';
export * from './types.js';
