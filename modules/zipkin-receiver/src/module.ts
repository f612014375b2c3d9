import { defineModule, HttpRoutes, type Publisher } from '@skein/core';
import type { DecodedSpan } from '@skein/proto/zipkin';
import { DeduplicatingPublisher, zipkinSpans } from '@skein/telemetry';
import { ZipkinReceiverConfig } from './config.js';
import { Sampling } from './sampling.js';
import { spanKey } from './span-key.js';
import { spanRoutes } from './span-routes.js';

/** Takes Zipkin spans over HTTP: JSON, thrift and protobuf. */
export default defineModule({
  name: 'zipkin-receiver',
  config: ZipkinReceiverConfig,
  publishes: { spans: zipkinSpans },
  contributes: [HttpRoutes],
  activate({ config, streams, clock, meter, contribute }) {
    let publisher: Publisher<DecodedSpan> = streams.spans;
    if (config.dedupe > 0) {
      const recognising = new DeduplicatingPublisher<DecodedSpan>(streams.spans, clock, {
        idOf: spanKey,
        windowMs: config.dedupe,
        limit: config.dedupeLimit,
        what: 'span',
      });
      meter.gauge('remembered_zipkin_spans', 'Zipkin spans of which a second copy would be recognised', () => recognising.ids.size);
      publisher = recognising;
    }
    const sampling = new Sampling(config, clock);
    for (const listener of config.listeners) {
      for (const route of spanRoutes(listener, { publisher, sampling, clock })) contribute(HttpRoutes, route);
    }
  },
});
