export * from './cli-io.js';
export { DEFAULT_CONFIG } from './default-config.js';
export { importModule, ModuleNotFound } from './import-module.js';
export { runCli } from './run-cli.js';
