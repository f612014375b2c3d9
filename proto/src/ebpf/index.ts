export { skywalking } from '../../gen/ebpf.js';
