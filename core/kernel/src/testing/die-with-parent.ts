const WATCH = `
process.once('disconnect', () => process.exit(1));
process.channel?.unref();
`;

/** Flags for Node.js: a forked process ends as soon as its parent is gone, however that ended. The channel does not keep it alive. */
export const DIE_WITH_PARENT: readonly string[] = ['--import', `data:text/javascript,${encodeURIComponent(WATCH)}`];
