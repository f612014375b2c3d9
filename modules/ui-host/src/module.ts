import { defineModule } from '@skein/core';

/** Serves the static files of a web interface. */
export default defineModule({ name: 'ui-host' });
