import { defineModule } from '@skein/core';

/** Profiling of traces and processes of agents: tasks, uploads, analysis. */
export default defineModule({ name: 'profiling' });
