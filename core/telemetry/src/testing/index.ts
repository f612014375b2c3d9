export * from './check-models.js';
export * from './check-storage.js';
export { randomDeltas, randomState } from './metric-checks.js';
export * from './plain-state.js';
export * from './random.js';
export * from './storage-desk.js';
