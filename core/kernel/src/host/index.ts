export * from '../books/types.js';
export * from './types.js';
