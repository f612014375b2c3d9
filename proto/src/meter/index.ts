export { skywalking } from '../../gen/meter.js';
export * from './decode-meter.js';
export * from './meter-view.js';
