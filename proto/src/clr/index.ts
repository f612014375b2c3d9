export { skywalking } from '../../gen/clr.js';
export * from './clr-metrics.js';
