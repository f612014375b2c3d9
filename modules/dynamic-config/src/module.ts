import { defineModule } from '@skein/core';

/** Settings that change while the server runs, from a watched file. */
export default defineModule({ name: 'dynamic-config' });
