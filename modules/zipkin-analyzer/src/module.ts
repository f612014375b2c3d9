import { defineModule } from '@skein/core';

/** Keeps Zipkin spans and turns them into sources. */
export default defineModule({ name: 'zipkin-analyzer' });
