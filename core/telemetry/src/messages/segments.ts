import { createStream } from '@skein/core';

/**
 * One trace segment as a receiver took it from the wire.
 * `bytes` is a protobuf `skywalking.v3.SegmentObject`, owned by this message (never a slice of a network buffer), and is stored as it is.
 * The receiver has checked that it parses.
 */
export interface SegmentMessage {
  readonly bytes: Uint8Array;
  /**
   * What the receiver saw of the segment when it checked it: a `SegmentView` of @skein/proto, so that nobody has to decode it again.
   * An analyzer that is given none, or another copy's, decodes the bytes. `weight`: bytes that it holds in memory besides.
   */
  readonly view?: { readonly weight: number };
}

/** Trace segments, from every receiver that speaks native segments to the trace analyzer. */
export const segments = createStream<SegmentMessage>({ id: 'segments', weigh: (m) => m.bytes.byteLength + 256 + (m.view?.weight ?? 0) });
