export { skywalking } from '../gen/skywalking.js';
export * from './malformed.js';
export * from './segment.js';
export * from './tag-keys.js';
export * from './wire-reader.js';
