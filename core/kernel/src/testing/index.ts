export { checkModule, type ModuleCheck, type ModuleUnderCheck } from './check-module.js';
export type { NumberedInputs } from './check-numbered.js';
export { createTestHost } from './create-test-host.js';
export { TEST_START, TestClock } from './fake-clock.js';
export { seededRandom } from './random.js';
export * from './server-process.js';
export * from './types.js';
