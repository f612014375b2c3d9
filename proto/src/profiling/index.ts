export { skywalking } from '../../gen/profiling.js';
export * from './thread-snapshot.js';
