export { skywalking } from '../../gen/mesh.js';
export * from './decode-mesh.js';
export * from './mesh-item.js';
