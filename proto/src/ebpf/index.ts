export { skywalking } from '../../gen/ebpf.js';
export * from './decode.js';
