/** Tests run from the sources: the `skein-source` condition of every package's exports leads there. */
export default {
  roots: ['proto', 'core', 'modules', 'examples', 'test', 'bench'].map((d) => `<rootDir>/${d}`),
  testMatch: ['**/src/**/*.test.ts'],
  testEnvironment: 'node',
  // On a machine that is busy otherwise a test may take several times as long as alone.
  testTimeout: 20_000,
  testEnvironmentOptions: { customExportConditions: ['skein-source', 'node', 'node-addons'] },
  extensionsToTreatAsEsm: ['.ts'],
  moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
  modulePathIgnorePatterns: ['/dist/'],
  transform: {
    '^.+\\.ts$': [
      '@swc/jest',
      {
        jsc: {
          target: 'es2022',
          parser: { syntax: 'typescript', decorators: true },
          transform: { legacyDecorator: true, decoratorMetadata: false },
        },
        module: { type: 'es6' },
      },
    ],
  },
  collectCoverageFrom: ['**/src/**/*.ts', '!**/*.test.ts'],
  coveragePathIgnorePatterns: ['/node_modules/', '/gen/', '/dist/'],
  coverageProvider: 'babel',
  maxWorkers: 2,
};
