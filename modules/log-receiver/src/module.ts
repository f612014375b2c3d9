import { defineModule } from '@skein/core';

/** Takes logs over gRPC and HTTP. */
export default defineModule({ name: 'log-receiver' });
