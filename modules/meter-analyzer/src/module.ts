import { defineModule } from '@skein/core';

/** Computes metrics from meter samples by rule files. */
export default defineModule({ name: 'meter-analyzer' });
