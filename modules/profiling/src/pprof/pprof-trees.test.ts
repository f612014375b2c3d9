import { readFileSync } from 'node:fs';
import { gunzipSync, gzipSync } from 'node:zlib';
import { describe, expect, it, jest } from '@jest/globals';
import fc from 'fast-check';
import protobuf from 'protobufjs';
import { ProfileError } from '../stacks/profile-error.js';
import { paths } from '../stacks/stack-paths.test.helper.js';
import { goProfile, pprofTree } from './pprof-trees.js';

// Some tests do much, and machines may be busy.
jest.setTimeout(30_000);

const fixture = (name: string): Buffer => readFileSync(new URL(`../../fixtures/${name}`, import.meta.url));
const wall = fixture('wall.pprof.gz');
const heap = fixture('heap.pprof.gz');
const Profile = protobuf
  .loadSync(new URL('../../fixtures/profile.proto', import.meta.url).pathname)
  .lookupType('perftools.profiles.Profile');

/** What another reader found in the file. */
interface Read {
  readonly types: readonly string[];
  readonly samples: ReadonlyArray<{
    readonly frames: ReadonlyArray<readonly [name: string, line: number]>;
    readonly values: readonly number[];
    readonly labels: Readonly<Record<string, string>>;
  }>;
}
const read = (name: string): Read => JSON.parse(gunzipSync(fixture(name)).toString()) as Read;

function expected(samples: Read['samples'], value: number): ReadonlyMap<string, number> {
  const totals = new Map<string, number>();
  for (const { frames, values } of samples) {
    const path = ['root', ...frames.map(([name, line]) => (line > 0 ? `${name}:${line}` : name)).reverse()];
    for (let depth = 1; depth <= path.length; depth++) {
      const key = path.slice(0, depth).join(' > ');
      totals.set(key, (totals.get(key) ?? 0) + values[value]!);
    }
  }
  return totals;
}

describe('profiles of a real profiler', () => {
  it('counts the last value without a default: nanoseconds of a wall profile, bytes of a heap profile', () => {
    expect(paths(pprofTree(wall))).toEqual(expected(read('wall.pprof.json.gz').samples, 1));
    expect(paths(pprofTree(heap))).toEqual(expected(read('heap.pprof.json.gz').samples, 1));
  });

  it('takes a file that is not compressed', () => expect(paths(pprofTree(gunzipSync(wall)))).toEqual(paths(pprofTree(wall))));

  it('splits samples by the segment they name, counted by how often they were seen', () => {
    const { samples } = read('wall.pprof.json.gz');
    const { segments, time } = goProfile(wall);
    expect(segments.map(({ segmentId }) => segmentId).sort()).toEqual(['segment-1', 'segment-2']);
    for (const { segmentId, tree } of segments) {
      expect(paths(tree)).toEqual(
        expected(
          samples.filter(({ labels }) => labels.segment_id === segmentId),
          0,
        ),
      );
    }
    expect(time).toBeGreaterThan(1_700_000_000_000);
  });
});

describe('what the format allows', () => {
  const file = (fields: object): Uint8Array => Profile.encode(Profile.fromObject(fields)).finish();
  const base = {
    stringTable: ['', 'count', 'bytes', 'main', 'inlined', 'traceSegmentId', 's', 'milliseconds'],
    sampleType: [{ type: 1 }, { type: 2 }],
    function: [
      { id: 7, name: 3 },
      { id: 9, name: 4 },
    ],
    location: [
      {
        id: 5,
        line: [
          { functionId: 9, line: 2 },
          { functionId: 7, line: 30 },
        ],
      },
      { id: 6, address: 0xff },
    ],
  };

  it('shows each inlined call as a frame, and the address where there is no name; ids need no order', () => {
    const bytes = file({
      ...base,
      sample: [
        { locationId: [6, 5], value: [1, 64] },
        { locationId: [99], value: [1, 1] },
      ],
    });
    expect(paths(pprofTree(bytes))).toEqual(
      new Map([
        ['root', 65],
        ['root > main:30', 64],
        ['root > main:30 > inlined:2', 64],
        ['root > main:30 > inlined:2 > 0xff', 64],
        ['root > unknown', 1],
      ]),
    );
  });

  it('counts the default value of the profile', () => {
    expect(pprofTree(file({ ...base, defaultSampleType: 1, sample: [{ locationId: [5], value: [3, 64] }] })).total).toBe(3);
  });

  it('reads all names of the segment label, and the period in its unit', () => {
    const sample = { locationId: [5], value: [4], label: [{ key: 5, str: 6 }] };
    const { segments, periodMs } = goProfile(file({ ...base, period: 25, periodType: { type: 1, unit: 7 }, sample: [sample] }));
    expect([segments[0]!.segmentId, segments[0]!.tree.total, periodMs]).toEqual(['s', 4, 25]);
    expect(goProfile(file({ ...base, sample: [sample] })).periodMs).toBe(10);
    expect(goProfile(file({ ...base, period: 10_000_000, sample: [sample] })).periodMs).toBe(10);
  });
});

describe('hostile files', () => {
  const hang = Buffer.concat([Buffer.from([0x12, 0x80, 0x80, 0x80, 0x01, 0x0a, 0xfc, 0xff, 0xff, 0x00]), Buffer.alloc(2_097_152, 0x80)]);
  it.each<[string, Uint8Array, RegExp]>([
    ['cut short', gunzipSync(heap).subarray(0, -1), /pprof: .* at byte \d+/],
    ['broken gzip', heap.subarray(0, -9), /pprof: broken gzip data/],
    ['a gzip bomb', gzipSync(Buffer.alloc(130 * 1024 * 1024), { level: 1 }), /more than 134217728 bytes when inflated/],
    ['a number without end', hang, /varint longer than 10 bytes|reaches past/],
    ['millions of empty samples', Buffer.alloc(9_000_000, Buffer.from([0x12, 0])), /more than 4000000 messages/],
    ['a sample that is a number', Buffer.from([0x10, 1]), /wire type 0, expected 2/],
  ])('refuses %s', (_what, bytes, message) => {
    expect(() => pprofTree(bytes)).toThrow(ProfileError);
    expect(() => goProfile(bytes)).toThrow(message);
  });

  it('survives any change of some bytes: a tree or an error', () => {
    const seed = gunzipSync(wall);
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 12 }), (changes) => {
        const bytes = Buffer.from(seed);
        for (const [at, value] of changes) bytes[at % bytes.length] = value;
        try {
          goProfile(bytes);
          pprofTree(bytes);
        } catch (error) {
          expect(error).toBeInstanceOf(ProfileError);
        }
      }),
      { numRuns: 100 },
    );
  });
});
