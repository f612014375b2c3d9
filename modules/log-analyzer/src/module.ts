import { defineModule } from '@skein/core';

/** Runs log analysis rules over logs and stores what they keep. */
export default defineModule({ name: 'log-analyzer' });
