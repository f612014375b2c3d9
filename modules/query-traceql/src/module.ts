import { defineModule } from '@skein/core';

/** Tempo's query API, with TraceQL over all traces. */
export default defineModule({ name: 'query-traceql' });
