import { gunzipSync } from 'node:zlib';
import { MalformedError } from '@skein/proto';
import { Profile, type Sample } from 'pprof-format';
import { ProfileError } from '../stacks/profile-error.js';
import type { StackTree } from '../stacks/stack-tree.js';
import { checkPprof } from './check-pprof.js';

/** Largest profile, inflated. Go's are compressed about ten times. */
const MAX_INFLATED = 128 * 1024 * 1024;
/** Frames of one stack that are kept, from the outermost on. */
const MAX_FRAMES = 4096;
/** Frames of all stacks in all. */
const MAX_WORK = 20_000_000;
/** Longest name of a function and longest id of a segment, in UTF-16 units. */
const MAX_NAME_LENGTH = 1024;
/** Labels by which Go agents name the segment of a sample; receivers.md 6.11. */
const SEGMENT_LABELS: ReadonlySet<string> = new Set(['segment_id', 'trace_segment_id', 'segmentId', 'traceSegmentId', 'traceSegmentID']);
const MILLISECONDS: Readonly<Record<string, number>> = {
  ns: 1e-6,
  nanosecond: 1e-6,
  nanoseconds: 1e-6,
  us: 1e-3,
  microseconds: 1e-3,
  ms: 1,
  milliseconds: 1,
  s: 1000,
  seconds: 1000,
};
/** Of a profile that does not say it: what Go's CPU profiler uses. */
const DEFAULT_PERIOD_MS = 10;

/** A pprof profile, whose stacks can be put into trees. */
export class PprofProfile {
  private readonly profile: Profile;
  private readonly strings: readonly string[];
  /** Frame names of a location, outermost first. */
  private readonly locations: ReadonlyMap<number, readonly string[]>;
  private work = MAX_WORK;

  /** `file`: compressed by gzip or not. Throws ProfileError. */
  constructor(file: Uint8Array) {
    this.profile = decode(inflated(file));
    this.strings = this.profile.stringTable.strings;
    this.locations = this.namedLocations();
  }

  get samples(): readonly Sample[] {
    return this.profile.sample;
  }

  /** When the profile was taken, ms since the epoch; 0 if it does not say. */
  get time(): number {
    return Math.floor(numberOf(this.profile.timeNanos) / 1e6);
  }

  /** Time between two samples, at least 1 ms. */
  get periodMs(): number {
    const period = numberOf(this.profile.period);
    const factor = MILLISECONDS[this.text(this.profile.periodType?.unit ?? 0) || 'ns'];
    return period > 0 && factor !== undefined ? Math.max(1, Math.trunc(period * factor)) : DEFAULT_PERIOD_MS;
  }

  /**
   * Which value of a sample counts for more than its number: the default of the profile, else the last, as `go tool pprof` has it (bytes in
   * use for heap, delay for block and mutex, CPU time for cpu).
   */
  get mainValue(): number {
    const types = this.profile.sampleType;
    const wanted = numberOf(this.profile.defaultSampleType);
    const found = wanted === 0 ? -1 : types.findIndex(({ type }) => numberOf(type) === wanted);
    return found >= 0 ? found : Math.max(0, types.length - 1);
  }

  /** The id of the segment that a sample was taken in. */
  segmentOf({ label }: Sample): string | undefined {
    const found = label.find(({ key }) => SEGMENT_LABELS.has(this.text(key)));
    const id = found === undefined ? '' : this.text(found.str);
    return id === '' || id.length > MAX_NAME_LENGTH ? undefined : id;
  }

  /** Puts a sample's stack into a tree. `value`: which of its values counts; a sample without it counts 1. */
  addTo(tree: StackTree, sample: Sample, value: number): void {
    const amount = sample.value.length === 0 ? 1 : numberOf(sample.value[value] ?? 0);
    // Only differences of profiles have negative ones, and they are no stacks that were seen.
    if (amount <= 0) return;
    const frames: number[] = [];
    for (let i = sample.locationId.length - 1; i >= 0; i--) {
      for (const name of this.locations.get(numberOf(sample.locationId[i]!)) ?? ['unknown']) {
        if (frames.length < MAX_FRAMES) frames.push(tree.name(name));
      }
    }
    this.work -= frames.length + 1;
    if (this.work < 0) throw new ProfileError('pprof', `stacks of more than ${MAX_WORK} frames in all`);
    tree.add(frames, amount);
  }

  private text(index: number | bigint): string {
    return this.strings[numberOf(index)] ?? '';
  }

  /** `function:line`; a location where calls were inlined has one for each of them, innermost first in the file. */
  private namedLocations(): ReadonlyMap<number, readonly string[]> {
    const functions = new Map(
      this.profile.function.map(({ id, name }) => [numberOf(id), this.text(name).slice(0, MAX_NAME_LENGTH)] as const),
    );
    return new Map(
      this.profile.location.map(({ id, line, address }) => {
        const names = line
          .slice(-MAX_FRAMES)
          .map(({ functionId, line: number }) => named(functions.get(numberOf(functionId)), numberOf(number)))
          .reverse();
        return [numberOf(id), names.length > 0 ? names : [`0x${BigInt(address).toString(16)}`]] as const;
      }),
    );
  }
}

const named = (name: string | undefined, line: number): string => `${name || 'unknown'}${line > 0 ? `:${line}` : ''}`;

/** 64-bit values come as bigint, negative ones as if they had no sign. */
const numberOf = (value: number | bigint): number => (typeof value === 'bigint' ? Number(BigInt.asIntN(64, value)) : value);

function inflated(file: Uint8Array): Buffer {
  const bytes = Buffer.from(file.buffer, file.byteOffset, file.byteLength);
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes;
  try {
    return gunzipSync(bytes, { maxOutputLength: MAX_INFLATED });
  } catch (error) {
    const what =
      (error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE'
        ? `more than ${MAX_INFLATED} bytes when inflated`
        : 'broken gzip data';
    throw new ProfileError('pprof', what, undefined, { cause: error });
  }
}

function decode(bytes: Buffer): Profile {
  try {
    checkPprof(bytes);
    return Profile.decode(bytes);
  } catch (error) {
    if (error instanceof MalformedError) throw new ProfileError('pprof', error.message, undefined, { cause: error });
    throw new ProfileError('pprof', error instanceof Error ? error.message : 'it cannot be decoded', undefined, { cause: error });
  }
}
