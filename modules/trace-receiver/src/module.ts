import { contribution, defineModule, GrpcMethods, HttpRoutes, type Publisher } from '@skein/core';
import { DeduplicatingPublisher, observations, SpanAttachedEventModel, StorageModels, segments } from '@skein/telemetry';
import { attachedEventMethod } from './attached-event-method.js';
import { TraceReceiverConfig } from './config.js';
import type { SegmentItem } from './segment-item.js';
import { segmentMethods } from './segment-methods.js';
import { segmentRoutes } from './segment-routes.js';

/** Takes trace segments over gRPC and HTTP, and publishes their bytes as they came; and what others saw of their spans. */
export default defineModule({
  name: 'trace-receiver',
  config: TraceReceiverConfig,
  publishes: { segments, observations },
  contributes: [GrpcMethods, HttpRoutes, contribution(StorageModels, SpanAttachedEventModel)],
  activate({ config, streams, clock, meter, contribute }) {
    let publisher: Publisher<SegmentItem> = streams.segments;
    if (config.dedupe > 0) {
      const recognising = new DeduplicatingPublisher<SegmentItem>(streams.segments, clock, {
        idOf: ({ segmentId }) => segmentId,
        windowMs: config.dedupe,
        limit: config.dedupeLimit,
        what: 'segment',
      });
      meter.gauge('remembered_segment_ids', 'Segment ids by which a second copy would be recognised', () => recognising.ids.size);
      publisher = recognising;
    }
    for (const method of segmentMethods(config.listeners.grpc, publisher, clock)) contribute(GrpcMethods, method);
    contribute(GrpcMethods, attachedEventMethod(config.listeners.grpc, streams.observations, clock));
    for (const route of segmentRoutes(config.listeners.http, publisher, clock)) contribute(HttpRoutes, route);
  },
});
