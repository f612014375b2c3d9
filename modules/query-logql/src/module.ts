import { defineModule } from '@skein/core';

/** Loki's query API, with LogQL over all logs. */
export default defineModule({ name: 'query-logql' });
