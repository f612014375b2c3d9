/** Read services. GraphQL, PromQL, alarms, the CLI and embedders share them. */
export * from './contract/common.js';
export * from './contract/logs.js';
export * from './contract/metadata.js';
export * from './contract/metrics.js';
export * from './contract/reads.js';
export * from './contract/time.js';
export * from './contract/topology.js';
export * from './contract/traces.js';
export * from './contract/turns.js';
export { compilePattern } from './name-pattern.js';
