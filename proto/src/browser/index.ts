export { skywalking } from '../../gen/browser.js';
export * from './decode.js';
export * from './json.js';
export * from './messages.js';
