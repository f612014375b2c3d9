import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import protobuf from 'protobufjs';
import { JsonError, MalformedError } from '../index.js';
import {
  decodeErrorLog,
  decodePerfData,
  decodeResource,
  decodeWebInteraction,
  decodeWebVitals,
  errorLogFromJson,
  perfDataFromJson,
  resourceFromJson,
  webInteractionFromJson,
  webVitalsFromJson,
} from './index.js';

/** An encoder that reads the .proto text: no code of it is the decoder's. */
const proto = new protobuf.Root();
const folder = fileURLToPath(new URL('../../', import.meta.url));
proto.resolvePath = (_, target) => `${folder}${target.startsWith('common/') ? 'skywalking' : 'browser'}/${target}`;
proto.loadSync('browser.proto');
function encode(type: string, fields: object): Uint8Array {
  const known = proto.lookupType(`skywalking.v3.${type}`);
  return known.encode(known.fromObject(fields)).finish();
}

const text = fc.string({ maxLength: 20, unit: 'grapheme' });
const int32 = fc.integer();
const time = fc.maxSafeInteger();
const page = { service: text, serviceVersion: text, pagePath: text };
const perf = [
  'redirect',
  'dns',
  'ttfb',
  'tcp',
  'trans',
  'domAnalysis',
  'fpt',
  'domReady',
  'loadPage',
  'res',
  'ssl',
  'ttl',
  'firstPack',
  'fmp',
];
const MESSAGES = [
  {
    type: 'BrowserPerfData',
    decode: decodePerfData,
    fromJson: perfDataFromJson,
    fields: { ...page, ...Object.fromEntries(perf.map((name) => [`${name}Time`, int32])) },
  },
  {
    type: 'BrowserWebVitalsPerfData',
    decode: decodeWebVitals,
    fromJson: webVitalsFromJson,
    fields: { ...page, fmpTime: int32, cls: fc.double({ noNaN: true, noDefaultInfinity: true }), lcpTime: int32 },
  },
  {
    type: 'BrowserResourcePerfData',
    decode: decodeResource,
    fromJson: resourceFromJson,
    fields: { ...page, name: text, duration: int32, size: int32, resourceType: text, protocol: text },
  },
  {
    type: 'BrowserWebInteractionsPerfData',
    decode: decodeWebInteraction,
    fromJson: webInteractionFromJson,
    fields: { ...page, inpTime: int32 },
  },
  {
    type: 'BrowserErrorLog',
    decode: decodeErrorLog,
    fromJson: errorLogFromJson,
    fields: {
      ...page,
      uniqueId: text,
      category: fc.integer({ min: 0, max: 5 }),
      grade: text,
      message: text,
      line: int32,
      col: int32,
      stack: text,
      errorUrl: text,
      firstReportedError: fc.boolean(),
    },
  },
] as const;
/** -0 is 0 in a whole number, and JSON has no -0. */
const plain = (message: object) => JSON.parse(JSON.stringify(message)) as Record<string, unknown>;

describe.each(MESSAGES)('$type', ({ type, decode, fromJson, fields }) => {
  const message = fc.record(fields as Record<string, fc.Arbitrary<unknown>>);

  it('reads what another encoder writes, and the same from JSON; the time of the client is nothing of it', () => {
    fc.assert(
      fc.property(message, time, (sent, at) => {
        expect(plain(decode(encode(type, { ...sent, time: at })))).toEqual(plain(sent));
        const { time: _, ...read } = plain(fromJson(plain({ ...sent, time: String(at) })));
        expect(read).toEqual(plain(sent));
      }),
    );
  });

  it('reads absent fields as empty ones', () => {
    const empty = decode(new Uint8Array(0));
    expect(empty).toEqual(fromJson({}));
    expect(Object.keys(empty).sort()).toEqual(Object.keys(fields).sort());
  });

  it('passes over fields that it does not know, and those of another wire type', () => {
    const known = encode(type, { service: 's', pagePath: 'p' });
    // Field 40 as text, 1 as varint, 40 as fixed 64 and fixed 32.
    const unknown = [0xc2, 0x02, 2, 65, 66, 0x08, 5, 0xc1, 0x02, 1, 2, 3, 4, 5, 6, 7, 8, 0xc5, 0x02, 1, 2, 3, 4];
    expect(decode(Uint8Array.from([...known, ...unknown]))).toEqual(decode(known));
    expect(fromJson({ service: 's', pagePath: 'p', more: [{}], ['__proto__']: 1, grade: null })).toEqual(decode(known));
  });

  it('says of bytes that are cut or random that they are malformed, and nothing worse', () => {
    const quietly = (bytes: Uint8Array): void => {
      try {
        decode(bytes);
      } catch (error) {
        expect(error).toBeInstanceOf(MalformedError);
      }
    };
    fc.assert(fc.property(fc.uint8Array({ maxLength: 60 }), quietly));
    fc.assert(fc.property(message, fc.nat(), (sent, cut) => quietly(encode(type, sent).subarray(0, cut % 200))));
    expect(() => decode(encode(type, { service: 'shop' }).subarray(0, 3))).toThrow(MalformedError);
  });

  it('says where JSON is wrong', () => {
    for (const document of [null, [], 'x', 7]) expect(() => fromJson(document)).toThrow(JsonError);
    expect(() => fromJson({ service: ['a'] })).toThrow('service: expected a string, got an array');
    expect(() => fromJson({ time: 'now' })).toThrow('time: expected a 64-bit integer');
  });
});

describe('cls of web vitals', () => {
  const old = protobuf
    .parse('syntax = "proto3"; message Old { string service = 1; int32 fmpTime = 5; int32 clsTime = 6; int32 lcpTime = 7; }')
    .root.lookupType('Old');

  it('is a double of 8 bytes, or the varint that it was until protocol 10.3', () => {
    expect([...encode('BrowserWebVitalsPerfData', { cls: 0.25 })]).toEqual([0x31, 0, 0, 0, 0, 0, 0, 0xd0, 0x3f]);
    expect(decodeWebVitals(encode('BrowserWebVitalsPerfData', { fmpTime: 3, cls: 0.1234, lcpTime: 9 }))).toMatchObject({
      fmpTime: 3,
      cls: 0.1234,
      lcpTime: 9,
    });
    expect([...old.encode({ clsTime: 2 }).finish()]).toEqual([0x30, 2]);
    for (const clsTime of [2, 300, -1, 2 ** 31 - 1]) {
      expect(decodeWebVitals(old.encode({ fmpTime: 3, clsTime, lcpTime: 9 }).finish())).toMatchObject({
        fmpTime: 3,
        cls: clsTime,
        lcpTime: 9,
      });
    }
  });

  it('may be text in JSON, and have its old name', () => {
    expect(webVitalsFromJson({ cls: '0.5' }).cls).toBe(0.5);
    expect(webVitalsFromJson({ cls: '1e-3' }).cls).toBe(0.001);
    expect(webVitalsFromJson({ cls: 'NaN' }).cls).toBeNaN();
    expect(webVitalsFromJson({ cls: '-Infinity' }).cls).toBe(Number.NEGATIVE_INFINITY);
    expect(webVitalsFromJson({ clsTime: 2 })).not.toHaveProperty('clsTime');
    expect(webVitalsFromJson({ clsTime: 2 }).cls).toBe(2);
    for (const cls of ['', 'x', '0x10', '1'.repeat(60), true, {}, []]) {
      expect(() => webVitalsFromJson({ cls })).toThrow('cls: expected a number');
    }
  });
});

it('reads categories by name or number; a name that it does not know is the first', () => {
  expect(errorLogFromJson({ category: 'promise' }).category).toBe(3);
  expect(errorLogFromJson({ category: 4 }).category).toBe(4);
  expect(errorLogFromJson({ category: '5' }).category).toBe(5);
  expect(errorLogFromJson({ category: 'toString' }).category).toBe(0);
  expect(decodeErrorLog(encode('BrowserErrorLog', { category: 77 })).category).toBe(77);
});
