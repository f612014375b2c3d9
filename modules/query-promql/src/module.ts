import { defineModule } from '@skein/core';

/** Prometheus' query API, with PromQL over all metrics. */
export default defineModule({ name: 'query-promql' });
