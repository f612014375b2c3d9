import { defineModule } from '@skein/core';

/** Zipkin's query API. */
export default defineModule({ name: 'query-zipkin' });
