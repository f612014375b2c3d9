import { createHash } from 'node:crypto';

const HEX_16_BYTES = /^[0-9a-f]{32}$/;
const HEX = /^(?:[0-9A-Fa-f]{2})+$/;
const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** A trace id as Tempo's API names it: the hex digits of its UTF-8 text. Source: query.md 8.4. */
export const shownTraceId = (id: string): string => Buffer.from(id, 'utf8').toString('hex');

/** What a given id may mean: the text whose hex digits it is, and itself, for people who have the original. */
export function meantTraceIds(given: string): readonly string[] {
  if (!HEX.test(given)) return [given];
  try {
    return [utf8.decode(Buffer.from(given, 'hex')), given];
  } catch {
    return [given];
  }
}

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();

/** 16 bytes, as OTLP has them: those that an id of 32 hex digits spells, else some that are made from it. */
export const traceIdBytes = (id: string): Uint8Array => (HEX_16_BYTES.test(id) ? Buffer.from(id, 'hex') : digest(id).subarray(0, 16));

/** Gives spans ids of 8 bytes: one that is made from the segment's, plus the number of the span in it. */
export class SpanIds {
  readonly #segments = new Map<string, bigint>();

  /** 16 hex digits. */
  of(segmentId: string, spanId: number): string {
    let first = this.#segments.get(segmentId);
    if (first === undefined) {
      first = digest(segmentId).readBigUInt64BE(0);
      this.#segments.set(segmentId, first);
    }
    return BigInt.asUintN(64, first + BigInt(spanId))
      .toString(16)
      .padStart(16, '0');
  }
}
