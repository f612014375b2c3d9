export { zipkin } from '../../gen/zipkin.js';
export * from './ids.js';
export * from './span.js';
export * from './span-list.js';
export { spanFromJson } from './v2-json.js';
