import { defineModule } from '@skein/core';

/** Takes the performance data and error logs of browsers, and answers queries for them. */
export default defineModule({ name: 'browser' });
