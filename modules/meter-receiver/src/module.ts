import { defineModule } from '@skein/core';

/** Takes the meters of native agents. */
export default defineModule({ name: 'meter-receiver' });
