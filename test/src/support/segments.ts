import { skywalking } from '@skein/proto';

export interface SegmentShape {
  readonly traceId: string;
  readonly segmentId: string;
  readonly service?: string;
  readonly instance?: string;
  readonly endpoint?: string;
  readonly startTime?: number;
  readonly duration?: number;
  readonly isError?: boolean;
  readonly spans?: readonly object[];
}

/** An encoded segment; without `spans` it has one entry span. */
export function encodeSegment(shape: SegmentShape): Uint8Array {
  const { startTime = Date.now(), duration = 10 } = shape;
  const entry = {
    spanId: 0,
    parentSpanId: -1,
    startTime,
    endTime: startTime + duration,
    operationName: shape.endpoint ?? '/order',
    spanType: 0,
    spanLayer: 3,
    componentId: 1,
    isError: shape.isError ?? false,
    tags: [{ key: 'http.method', value: 'POST' }],
  };
  return skywalking.v3.SegmentObject.encode(
    skywalking.v3.SegmentObject.fromObject({
      traceId: shape.traceId,
      traceSegmentId: shape.segmentId,
      service: shape.service ?? 'shop',
      serviceInstance: shape.instance ?? 'shop-1',
      spans: shape.spans ?? [entry],
    }),
  ).finish();
}
