export * from './compile.js';
export * from './counter-windows.js';
export * from './extension.js';
export * from './kubernetes.js';
export * from './metric.js';
export * from './rules.js';
export * from './sample-families.js';
