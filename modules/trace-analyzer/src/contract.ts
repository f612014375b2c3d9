import { createPoint } from '@skein/core';
import type { SegmentView } from '@skein/proto';
import type { Source } from '@skein/telemetry';
import type { EntityUpdate, RecordRow } from '@skein/telemetry/storage';
import type { Named } from '@skein/telemetry/traffic';

/** A decoded segment and who sent it. */
export interface AnalyzedSegment {
  /** Span fields and, on request, tags. Valid only during the call. */
  readonly view: SegmentView;
  /** The original protobuf SegmentObject, for what the view leaves out. Must not be changed or kept. */
  readonly bytes: Uint8Array;
  readonly service: Named;
  readonly instance: Named;
}

/** What is learnt from a segment. Everything that is added goes into the same commit as the rest of the segment's observation. */
export interface SegmentFindings {
  source(source: Source): void;
  record(row: RecordRow): void;
  entity(update: EntityUpdate): void;
}

/**
 * Further analysis of segments, by any module: it sees every segment after the built-in analysis, sampled or not, and adds to its observation.
 * Called synchronously and often, so it is quick and does no I/O. When it throws, what it added for that segment is dropped and
 * counted under its module's name; the segment itself goes on.
 *
 * ```ts
 * activate({ contribute }) {
 *   contribute(SegmentListeners, {
 *     analyze({ view, service }, findings) {
 *       for (const span of view.spans) if (span.tag('tenant') !== undefined) findings.source(tenantSource(service, span));
 *     },
 *   });
 * }
 * ```
 * The module lists the point under `contributes`, and its own sources and models under `Sources` and `StorageModels`.
 */
export interface SegmentListener {
  analyze(segment: AnalyzedSegment, findings: SegmentFindings): void;
}

export const SegmentListeners = createPoint<SegmentListener, 'calls'>({ id: 'segment-listeners', kind: 'calls' });
