import { defineModule } from '@skein/core';

/** Takes the CLR metrics of .NET agents. */
export default defineModule({ name: 'clr-receiver' });
