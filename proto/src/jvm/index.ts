export { skywalking } from '../../gen/jvm.js';
export * from './jvm-metrics.js';
