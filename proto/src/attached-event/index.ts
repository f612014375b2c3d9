export { skywalking } from '../../gen/attached-event.js';
