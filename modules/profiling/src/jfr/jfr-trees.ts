import { StackTree } from '../stacks/stack-tree.js';
import { type JfrClass, readClasses } from './jfr-classes.js';
import { Layouts } from './jfr-layouts.js';
import { JfrNames } from './jfr-names.js';
import { JfrPools, type JfrStack, numberOf } from './jfr-pools.js';
import { JfrReader } from './jfr-reader.js';

/** The trees that are made of a JFR file, one for each kind of event; query.md 2.1. */
export type JfrEventType =
  | 'EXECUTION_SAMPLE'
  | 'LOCK'
  | 'OBJECT_ALLOCATION_IN_NEW_TLAB'
  | 'OBJECT_ALLOCATION_OUTSIDE_TLAB'
  | 'PROFILER_LIVE_OBJECT';

/** What an event counts for. `amount`: the first of the fields that is not 0; without any, each event counts 1. */
interface EventKind {
  readonly tree: JfrEventType;
  readonly amount: readonly string[];
  /** `ticks`: the amount is a time in ticks and is counted in nanoseconds. */
  readonly unit?: 'ticks';
  /** Field of the class that was allocated or waited for; it is shown as the innermost frame. */
  readonly class?: string;
}

const allocation = (tree: JfrEventType, ...amount: string[]): EventKind => ({ tree, amount, class: 'objectClass' });
const KINDS: ReadonlyMap<string, EventKind> = new Map<string, EventKind>([
  ['jdk.ExecutionSample', { tree: 'EXECUTION_SAMPLE', amount: [] }],
  ['jdk.NativeMethodSample', { tree: 'EXECUTION_SAMPLE', amount: [] }],
  ['profiler.WallClockSample', { tree: 'EXECUTION_SAMPLE', amount: ['samples'] }],
  ['jdk.JavaMonitorEnter', { tree: 'LOCK', amount: ['duration'], unit: 'ticks', class: 'monitorClass' }],
  ['jdk.ThreadPark', { tree: 'LOCK', amount: ['duration'], unit: 'ticks', class: 'parkedClass' }],
  ['jdk.ObjectAllocationInNewTLAB', allocation('OBJECT_ALLOCATION_IN_NEW_TLAB', 'tlabSize', 'allocationSize')],
  ['jdk.ObjectAllocationOutsideTLAB', allocation('OBJECT_ALLOCATION_OUTSIDE_TLAB', 'allocationSize')],
  ['jdk.ObjectAllocationSample', allocation('OBJECT_ALLOCATION_OUTSIDE_TLAB', 'weight')],
  ['profiler.LiveObject', allocation('PROFILER_LIVE_OBJECT', 'allocationSize')],
]);

/** Name of the node above all stacks. */
const ROOT = 'all';
const MAGIC = 0x464c5200;
const HEADER_BYTES = 68;
const METADATA = 0;
const CHECKPOINT = 1;
/** Frames of all stacks that are put into trees; a file of 30 MB with deep stacks has some millions. */
const MAX_WORK = 20_000_000;

/** Amounts by stack, then by class; 0 for no class. */
type Amounts = Map<number, Map<number, number>>;
/** Trees by kind of event; those without an event are absent. */
export type JfrTrees = Map<JfrEventType, StackTree>;

/**
 * Reads a JFR file as the JDK (since 9) and async-profiler write it: samples are counted, allocations are in bytes, waits for locks in
 * nanoseconds. It works within bounds for any input: time by the bytes of the file and by a limit of frames, nesting by limits.
 * Throws ProfileError, with the place.
 */
export function jfrTrees(file: Uint8Array): JfrTrees {
  const bytes = Buffer.from(file.buffer, file.byteOffset, file.byteLength);
  const trees: JfrTrees = new Map();
  const work = { left: MAX_WORK };
  let at = 0;
  do at = readChunk(bytes, at, trees, work);
  while (at < bytes.length);
  return trees;
}

/** Reads one chunk, which is a file of its own; returns where the next one begins. */
function readChunk(bytes: Buffer, start: number, trees: JfrTrees, work: { left: number }): number {
  const { end, metadata, ticksPerSecond } = readHeader(bytes, start);
  const classes = readClasses(new JfrReader(bytes, metadata, end));
  const layouts = new Layouts(classes);
  const pools = new JfrPools(classes, layouts);
  // Strings of events may lie in pools behind them.
  for (const { type, reader } of events(bytes, start + HEADER_BYTES, end)) if (type === CHECKPOINT) pools.readCheckpoint(reader);
  const collectors = new Collectors(classes, layouts, { nanosPerTick: 1e9 / ticksPerSecond, metadata });
  for (const { type, reader } of events(bytes, start + HEADER_BYTES, end)) if (type > CHECKPOINT) collectors.collect(type, reader);
  const names = new JfrNames(pools);
  for (const [kind, amounts] of collectors.amounts) addStacks(kind, amounts, { trees, pools, names, work, end });
  return end;
}

function readHeader(bytes: Buffer, start: number) {
  const reader = new JfrReader(bytes, start, bytes.length);
  if (bytes.length - start < HEADER_BYTES) reader.fail('truncated header of a chunk');
  if (bytes.readUInt32BE(start) !== MAGIC) reader.fail('no chunk begins here: expected "FLR"');
  const major = bytes.readUInt16BE(start + 4);
  if (major !== 1 && major !== 2) reader.fail(`version ${major}; expected 1 or 2`, start + 4);
  const size = Number(bytes.readBigInt64BE(start + 8));
  if (size < HEADER_BYTES || size > bytes.length - start) reader.fail(`a chunk of ${size} bytes`, start + 8);
  const metadata = Number(bytes.readBigInt64BE(start + 24));
  if (metadata < HEADER_BYTES || metadata >= size) reader.fail(`metadata at ${metadata} of ${size}`, start + 24);
  const ticksPerSecond = Number(bytes.readBigInt64BE(start + 56));
  if (ticksPerSecond <= 0) reader.fail(`${ticksPerSecond} ticks a second`, start + 56);
  if ((bytes.readUInt32BE(start + 64) & 1) === 0) reader.fail('integers are not compressed', start + 64);
  return { end: start + size, metadata: start + metadata, ticksPerSecond };
}

/** All events of a chunk; the reader stands behind the type and ends with the event. */
function* events(bytes: Buffer, from: number, end: number): Generator<{ readonly type: number; readonly reader: JfrReader }> {
  const reader = new JfrReader(bytes, from, end);
  for (let at = from; at < end; ) {
    reader.at = at;
    reader.end = end;
    const size = reader.varint();
    const type = size === 0 ? METADATA : reader.varint();
    if (size < reader.at - at || size > end - at) reader.fail(`an event of ${size} bytes`, at);
    reader.end = at + size;
    yield { type, reader };
    at += size;
  }
}

/** Reads the events that count, by what the file says of their classes. */
class Collectors {
  readonly amounts = new Map<JfrEventType, Amounts>();
  private readonly readers = new Map<number, (reader: JfrReader) => void>();

  constructor(
    classes: ReadonlyMap<number, JfrClass>,
    private readonly layouts: Layouts,
    private readonly chunk: { readonly nanosPerTick: number; readonly metadata: number },
  ) {
    for (const { id, name } of classes.values()) {
      const kind = KINDS.get(name);
      if (kind !== undefined) this.readers.set(id, this.readerOf(id, kind));
    }
  }

  collect(type: number, reader: JfrReader): void {
    this.readers.get(type)?.(reader);
  }

  private readerOf(id: number, kind: EventKind): (reader: JfrReader) => void {
    const picked = this.layouts.pick(this.layouts.of(id, this.chunk.metadata), ['stackTrace', kind.class ?? '', ...kind.amount]);
    return (reader) => {
      const values: (number | string)[] = [];
      this.layouts.read(reader, picked, values);
      const amount = this.amountOf(kind, values);
      if (amount > 0) this.add(kind.tree, numberOf(values[0]), kind.class === undefined ? 0 : numberOf(values[1]), amount);
    };
  }

  private amountOf({ amount, unit }: EventKind, values: readonly (number | string | undefined)[]): number {
    if (amount.length === 0) return 1;
    const number =
      values
        .slice(2)
        .map(numberOf)
        .find((value) => value !== 0) ?? 0;
    return unit === 'ticks' ? Math.trunc(number * this.chunk.nanosPerTick) : number;
  }

  private add(tree: JfrEventType, stack: number, ofClass: number, amount: number): void {
    const amounts = got(this.amounts, tree, (): Amounts => new Map());
    const byClass = got(amounts, stack, () => new Map<number, number>());
    byClass.set(ofClass, (byClass.get(ofClass) ?? 0) + amount);
  }
}

interface TreeContext {
  readonly trees: JfrTrees;
  readonly pools: JfrPools;
  readonly names: JfrNames;
  readonly work: { left: number };
  readonly end: number;
}

function addStacks(kind: JfrEventType, amounts: Amounts, { trees, pools, names, work, end }: TreeContext): void {
  const tree = got(trees, kind, () => new StackTree(ROOT));
  for (const [key, byClass] of amounts) {
    const stack = pools.stacks.get(key);
    if (stack === undefined) continue;
    const frames = framesOf(stack, names, tree);
    work.left -= frames.length * (1 + byClass.size);
    if (work.left < 0) new JfrReader(Buffer.alloc(0), end, end).fail(`stacks of more than ${MAX_WORK} frames in all`);
    for (const [ofClass, amount] of byClass) {
      tree.add(ofClass === 0 ? frames : [...frames, tree.name(names.class(ofClass))], amount);
    }
  }
  if (tree.size === 1) trees.delete(kind);
}

/** Outermost first. */
function framesOf({ methods, lines, types }: JfrStack, names: JfrNames, tree: StackTree): number[] {
  const frames: number[] = [];
  for (let i = methods.length - 1; i >= 0; i--) frames.push(tree.name(names.frame(methods[i]!, lines[i]!, types[i]!)));
  return frames;
}

function got<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  let value = map.get(key);
  if (value === undefined) {
    value = make();
    map.set(key, value);
  }
  return value;
}
