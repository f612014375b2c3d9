import { asBuffer, decodeSegment, segmentFromJson, skywalking } from '@skein/proto';
import type { SegmentMessage } from '@skein/telemetry';

const { SegmentObject } = skywalking.v3;

/** A segment on its way, with the id by which it is recognised when it is sent again. */
export interface SegmentItem extends SegmentMessage {
  readonly segmentId: string;
}

/** Checks that the bytes are a segment. They must be owned by the message. Throws MalformedError. */
export function segmentItem(bytes: Uint8Array): SegmentItem {
  const view = decodeSegment(bytes);
  return { bytes, view, segmentId: view.segmentId };
}

/** A segment from a parsed JSON document. Throws JsonError. */
export function segmentItemFromJson(document: unknown): SegmentItem {
  const message = segmentFromJson(document);
  const encoded = asBuffer(SegmentObject.encode(message).finish());
  // The encoder cuts small messages out of a shared pool.
  const bytes = Buffer.allocUnsafeSlow(encoded.length);
  encoded.copy(bytes);
  return { bytes, segmentId: message.traceSegmentId ?? '' };
}
