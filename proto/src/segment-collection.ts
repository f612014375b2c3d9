import { asBuffer, BYTES, WireReader } from './wire-reader.js';

/** The segments of a `SegmentCollection`, each as a copy of its own bytes, not decoded. Throws MalformedError. */
export function splitSegmentCollection(bytes: Uint8Array): readonly Uint8Array[] {
  const reader = new WireReader(asBuffer(bytes));
  const segments: Uint8Array[] = [];
  while (reader.next()) {
    if (reader.field !== 1) {
      reader.skip();
      continue;
    }
    reader.expect(BYTES);
    const end = reader.limit();
    const copy = Buffer.allocUnsafeSlow(end - reader.at);
    reader.bytes.copy(copy, 0, reader.at, end);
    segments.push(copy);
    reader.at = end;
  }
  return segments;
}
