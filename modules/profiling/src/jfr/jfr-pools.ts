import type { JfrClass } from './jfr-classes.js';
import type { Layouts, Picked } from './jfr-layouts.js';
import type { JfrReader } from './jfr-reader.js';

/** Frames of one stack that are kept; JFR itself keeps at most 2048. */
const MAX_FRAMES = 4096;
/** Constants of one chunk that are kept. */
const MAX_CONSTANTS = 4_000_000;

/** Innermost frame first. */
export interface JfrStack {
  readonly methods: readonly number[];
  readonly lines: readonly number[];
  readonly types: readonly number[];
}

/**
 * The constants of one chunk that stacks are made of, by their keys. Keys of 64 bits are read as doubles: those above 2^53 are rounded, where
 * neither the JDK nor async-profiler makes any.
 */
export class JfrPools {
  readonly strings = new Map<number, string>();
  readonly symbols = new Map<number, string>();
  /** Name symbol of a class. */
  readonly classes = new Map<number, number>();
  readonly methods = new Map<number, { readonly owner: number; readonly name: number }>();
  readonly frameTypes = new Map<number, string>();
  readonly stacks = new Map<number, JfrStack>();
  private left = MAX_CONSTANTS;

  constructor(
    private readonly classesById: ReadonlyMap<number, JfrClass>,
    private readonly layouts: Layouts,
  ) {
    layouts.pooled = (key) => this.strings.get(key) ?? '';
  }

  /** Reads a checkpoint event, from behind its type to the reader's end. Throws ProfileError. */
  readCheckpoint(reader: JfrReader): void {
    // Start, duration, and the distance to another checkpoint, which is found anyway.
    for (let i = 0; i < 3; i++) reader.varint();
    reader.byte();
    for (let pools = reader.count('constant pools'); pools > 0; pools--) this.readPool(reader);
  }

  private readPool(reader: JfrReader): void {
    const at = reader.at;
    const id = reader.varint();
    const layout = this.layouts.of(id, at);
    const read = this.readerOf(this.classesById.get(id)?.name ?? '', id);
    const count = reader.count('constants');
    if (read !== undefined) {
      this.left -= count;
      if (this.left < 0) reader.fail(`more than ${MAX_CONSTANTS} constants`);
    }
    for (let i = 0; i < count; i++) {
      const key = reader.varint();
      if (read === undefined) this.layouts.skip(reader, layout);
      else read(reader, key);
    }
  }

  /** How the constants of a class are read; undefined for those that are not needed. */
  private readerOf(name: string, id: number): ((reader: JfrReader, key: number) => void) | undefined {
    switch (name) {
      case 'jdk.types.StackTrace':
        return this.stackReader(id);
      case 'jdk.types.Method':
        return this.valuesReader(id, ['type', 'name'], (key, [owner, method]) =>
          this.methods.set(key, { owner: numberOf(owner), name: numberOf(method) }),
        );
      case 'java.lang.Class':
        return this.valuesReader(id, ['name'], (key, [symbol]) => this.classes.set(key, numberOf(symbol)));
      case 'jdk.types.Symbol':
        return this.valuesReader(id, ['string'], (key, [text]) => this.symbols.set(key, String(text ?? '')));
      case 'jdk.types.FrameType':
        return this.valuesReader(id, ['description'], (key, [text]) => this.frameTypes.set(key, String(text ?? '')));
      case 'java.lang.String':
        return (reader, key) =>
          void this.strings.set(
            key,
            reader.string(() => ''),
          );
      default:
        return undefined;
    }
  }

  private valuesReader(
    id: number,
    fields: readonly string[],
    keep: (key: number, values: readonly (number | string | undefined)[]) => unknown,
  ) {
    const picked = this.layouts.pick(this.layouts.of(id), fields);
    return (reader: JfrReader, key: number): void => {
      const values: (number | string)[] = [];
      this.layouts.read(reader, picked, values);
      keep(key, values);
    };
  }

  private stackReader(id: number) {
    const layout = this.layouts.of(id);
    const frames = layout.find(({ name, array, form }) => name === 'frames' && array && form === 'struct');
    if (frames === undefined) return undefined;
    const frame = this.layouts.pick(this.layouts.of(frames.type), ['method', 'lineNumber', 'type']);
    return (reader: JfrReader, key: number): void => {
      for (const field of layout) {
        if (field === frames) this.stacks.set(key, this.readFrames(reader, frame));
        else this.layouts.skipField(reader, field, 0);
      }
    };
  }

  private readFrames(reader: JfrReader, frame: Picked): JfrStack {
    const stack = { methods: [] as number[], lines: [] as number[], types: [] as number[] };
    const count = reader.count('frames');
    if (frame.length === 0 && count > 0) reader.fail('frames without fields');
    for (let i = 0; i < count; i++) {
      const values: (number | string)[] = [];
      this.layouts.read(reader, frame, values);
      if (i >= MAX_FRAMES) continue;
      stack.methods.push(numberOf(values[0]));
      stack.lines.push(numberOf(values[1]));
      stack.types.push(numberOf(values[2]));
    }
    return stack;
  }
}

/** A field that the file describes as something else than a number is 0, a key that no constant has. */
export const numberOf = (value: number | string | undefined): number => (typeof value === 'number' && Number.isFinite(value) ? value : 0);
