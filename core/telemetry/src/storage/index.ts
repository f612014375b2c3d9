export * from './commit.js';
export * from './models.js';
export * from './observed.js';
export * from './query.js';
export * from './storage.js';
