export { skywalking } from '../../gen/logging.js';
export * from './decode-log.js';
export * from './log-from-json.js';
export * from './log-view.js';
