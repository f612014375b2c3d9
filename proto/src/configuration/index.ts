export { skywalking } from '../../gen/configuration.js';
