import { defineModule } from '@skein/core';

/** Takes events over gRPC and HTTP, and answers queries for them. */
export default defineModule({ name: 'events' });
