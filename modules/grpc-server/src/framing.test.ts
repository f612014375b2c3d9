import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { FrameReader, frame } from './framing.js';
import { parseTimeout } from './request-headers.js';
import { encodeMessage } from './response-headers.js';

const LIMIT = 300_000;
const messages = fc.array(
  fc.oneof(
    fc.uint8Array({ maxLength: 40 }),
    fc.integer({ min: 60_000, max: LIMIT }).map((n) => new Uint8Array(n).fill(n)),
  ),
  { maxLength: 6 },
);

function readAll(reader: FrameReader, piece: Uint8Array): Uint8Array[] {
  const found: Uint8Array[] = [];
  reader.add(Buffer.from(piece));
  for (let next = reader.next(); next !== undefined; next = reader.next()) found.push(next);
  return found;
}

describe('framing', () => {
  it('finds the same messages however the bytes are cut, each with memory of its own', () => {
    fc.assert(
      fc.property(messages, fc.array(fc.nat(LIMIT * 2), { maxLength: 12 }), (sent, cuts) => {
        const whole = Buffer.concat(sent.map(frame));
        const places = [...cuts.filter((c) => c < whole.length), whole.length].sort((a, b) => a - b);
        const reader = new FrameReader(LIMIT);
        const found: Uint8Array[] = [];
        let from = 0;
        for (const to of places) {
          found.push(...readAll(reader, whole.subarray(from, to)));
          expect(reader.isInside).toBe(isInside(sent, to));
          from = to;
        }
        expect(found.length).toBe(sent.length);
        for (const [i, message] of found.entries()) {
          expect(Buffer.compare(message, sent[i]!)).toBe(0);
          expect(message.buffer.byteLength).toBe(message.byteLength);
        }
      }),
      { numRuns: 60 },
    );
  });

  it('refuses a length above the limit before any of its bytes came', () => {
    const reader = new FrameReader(10);
    expect(() => readAll(reader, Buffer.from([0, 0, 0, 0, 11]))).toThrow('a message of 11 bytes is above the limit of 10 bytes');
    expect(() => readAll(new FrameReader(10), Buffer.from([1, 0xff, 0xff, 0xff, 0xff]))).toThrow('4294967295 bytes');
  });
});

/** Whether the first bytes of these messages end within one. */
function isInside(sent: readonly Uint8Array[], bytes: number): boolean {
  let end = 0;
  for (const message of sent) {
    if (bytes === end) return false;
    end += 5 + message.byteLength;
    if (bytes < end) return true;
  }
  return false;
}

describe('header texts', () => {
  it('say any message in printable ASCII, and say it back', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 900 }), (text) => {
        const encoded = encodeMessage(text);
        expect(encoded).toMatch(/^([!-~]([ -~]*[!-~])?)?$/);
        expect(decodeURIComponent(encoded)).toBe(Buffer.from(text, 'utf8').toString('utf8'));
      }),
    );
    expect(encodeMessage('50% of it\n')).toBe('50%25 of it%0A');
    expect(encodeMessage(`${'x'.repeat(999)}\u{1f600}`)).toBe(`${'x'.repeat(999)}%EF%BF%BD`);
  });

  it('are a timeout of up to eight digits and a unit', () => {
    expect(['1H', '2M', '3S', '4m', '5000u', '6n', '00000007S'].map(parseTimeout)).toEqual([3_600_000, 120_000, 3000, 4, 5, 1, 7000]);
    expect(['', '5', 'S', '-1S', '1.5S', '1s', '123456789S', ' 1S', '1S '].map(parseTimeout)).toEqual(new Array(9).fill(undefined));
  });
});
