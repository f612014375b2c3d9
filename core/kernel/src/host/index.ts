export { imbalance } from '../books/edge-books.js';
export * from '../books/types.js';
export { systemClock } from '../clock/system-clock.js';
export { buildGraph, type ModuleGraph, type PlacedModule } from '../graph/module-graph.js';
export { createLogger, type LoggerOptions, type LogLevel, type ParentLogger } from '../logger/create-logger.js';
export { createHost } from './skein-host.js';
export * from './types.js';
