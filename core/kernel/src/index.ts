// Configuration schemas are built with the host's own copy, so that a module needs no dependency of its own and versions never differ.
export { type Static, Type } from 'typebox';
export * from './api/facilities.js';
export * from './api/module.js';
export * from './api/streams.js';
export * from './api/tokens.js';
export { nearest } from './config/nearest.js';
export { ByteSize, Duration, type UnitOptions } from './config/units.js';
export { HealthReport } from './health/health-report.js';
export * from './listeners/cancellation.js';
export * from './listeners/certificate-files.js';
export * from './listeners/contract.js';
export * from './listeners/deliver.js';
export * from './listeners/fair-turns.js';
export * from './listeners/sockets.js';
export * from './listeners/status-error.js';
export * from './listeners/token.js';
