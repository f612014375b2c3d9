export * from './check-models.js';
export * from './check-storage.js';
export * from './plain-state.js';
export * from './random.js';
export * from './random-content.js';
export * from './storage-desk.js';
export { compareContent } from './whole-checks.js';
