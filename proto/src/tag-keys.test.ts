import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { decodeSegment, skywalking, TagKeys } from './index.js';

const { SegmentObject } = skywalking.v3;

/** A length-delimited protobuf field. */
const field = (number: number, content: Uint8Array): Uint8Array => {
  const length: number[] = [];
  for (let rest = content.length; ; rest >>>= 7) {
    length.push(rest > 127 ? (rest & 127) | 128 : rest);
    if (rest <= 127) break;
  }
  return Buffer.concat([Buffer.from([number * 8 + 2, ...length]), content]);
};
const found = (bytes: Uint8Array, keys: TagKeys): ReadonlyArray<readonly [string, string]> => {
  const span = decodeSegment(bytes).spans[0]!;
  const into: number[] = [7];
  const count = span.findTags(keys, into);
  const pairs: Array<readonly [string, string]> = [];
  for (let i = 0; i < count; i += 3) pairs.push([keys.keys[into[i]!]!, span.text(into[i + 1]!, into[i + 2]!)]);
  return pairs;
};

describe('findTags', () => {
  const text = fc.oneof(fc.constantFrom('a', 'ab', 'http.method', ''), fc.string({ maxLength: 300, unit: 'grapheme' }));

  it('finds what a look at all tags finds, in wire order, repeated keys included', () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ key: text, value: text }), { maxLength: 8 }),
        fc.uniqueArray(text, { maxLength: 4 }),
        (tags, keys) => {
          const bytes = SegmentObject.encode(SegmentObject.fromObject({ spans: [{ tags }] })).finish();
          const expected = tags.filter((t) => keys.includes(t.key)).map((t) => [t.key, t.value]);
          expect(found(bytes, new TagKeys(keys))).toEqual(expected);
        },
      ),
    );
  });

  it('finds tags that have other fields between them', () => {
    const key = 'http.method';
    const tag = (value: string): Uint8Array => field(12, Buffer.concat([field(1, Buffer.from(key)), field(2, Buffer.from(value))]));
    fc.assert(
      fc.property(fc.array(fc.oneof(text, fc.constantFrom(4, 6, 13)), { maxLength: 8 }), (parts) => {
        // Field 4 is a number, 6 a name, 13 a log, which may look like a tag inside.
        const other = (number: number): Uint8Array => (number === 4 ? Buffer.of(0x20, 0x62) : field(number, tag('log')));
        const span = Buffer.concat(parts.map((part) => (typeof part === 'string' ? tag(part) : other(part))));
        const values = parts.filter((part) => typeof part === 'string');
        const bytes = field(3, span);
        expect(found(bytes, new TagKeys([key]))).toEqual(values.map((value) => [key, value]));
        expect([...decodeSegment(bytes).spans[0]!.tags()]).toEqual(values.map((value) => [key, value]));
        expect(decodeSegment(bytes).spans[0]!.tag(key)).toBe(values.at(-1));
      }),
    );
  });

  it('reads tags whose fields are in any order, repeated, missing or unknown', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.constantFrom(1, 2, 3), text), { maxLength: 5 }), (fields) => {
        const tag = Buffer.concat(fields.map(([number, value]) => field(number, Buffer.from(value, 'utf8'))));
        const bytes = field(3, field(12, tag));
        const last = (number: number): string => fields.findLast(([n]) => n === number)?.[1] ?? '';
        const keys = ['', 'a', 'ab', 'http.method'];
        expect(found(bytes, new TagKeys(keys))).toEqual(keys.includes(last(1)) ? [[last(1), last(2)]] : []);
      }),
    );
  });
});
