/** A field: its name, its class, and what it is besides a plain value. */
type Described = readonly [name: string, type: string, kind?: 'pooled' | 'array'];
/** A frame: class, method, line and type. */
type Frame = readonly [owner: string, method: string, line: number, type: number];

const varint = (value: number): Buffer => {
  const bytes: number[] = [];
  let left = BigInt(value);
  for (let i = 0; i < 8 && left >= 128n; i++) {
    bytes.push(Number(left & 127n) | 128);
    left >>= 7n;
  }
  return Buffer.from([...bytes, Number(left)]);
};
const text = (value: string): Buffer => Buffer.concat([Buffer.from([3]), varint(Buffer.byteLength(value)), Buffer.from(value)]);

/** Writes JFR files of one chunk, as the format has it; independent of the reader. */
export class JfrWriter {
  ticksPerSecond = 1_000_000_000n;
  private readonly ids = new Map<string, number>();
  private readonly classes: (readonly [name: string, fields: readonly Described[]])[] = [];
  private readonly pools = new Map<string, (readonly [key: number, value: Buffer])[]>();
  private readonly symbols = new Map<string, number>();
  private readonly events: Buffer[] = [];

  constructor() {
    for (const name of ['boolean', 'byte', 'int', 'long', 'float', 'java.lang.String']) this.describe(name, []);
    this.describe('jdk.types.Symbol', [['string', 'java.lang.String']]);
    this.describe('java.lang.Class', [
      ['loader', 'long'],
      ['name', 'jdk.types.Symbol', 'pooled'],
    ]);
    this.describe('jdk.types.Method', [
      ['type', 'java.lang.Class', 'pooled'],
      ['name', 'jdk.types.Symbol', 'pooled'],
      ['hidden', 'boolean'],
    ]);
    this.describe('jdk.types.FrameType', [['description', 'java.lang.String']]);
    this.describe('jdk.types.StackFrame', [
      ['method', 'jdk.types.Method', 'pooled'],
      ['lineNumber', 'int'],
      ['type', 'jdk.types.FrameType', 'pooled'],
    ]);
    this.describe('jdk.types.StackTrace', [
      ['truncated', 'boolean'],
      ['frames', 'jdk.types.StackFrame', 'array'],
    ]);
    const stack: Described = ['stackTrace', 'jdk.types.StackTrace', 'pooled'];
    this.describe('jdk.ExecutionSample', [['startTime', 'long'], stack]);
    this.describe('profiler.WallClockSample', [['startTime', 'long'], stack, ['samples', 'int']]);
    this.describe('profiler.LiveObject', [
      ['weight', 'float'],
      stack,
      ['objectClass', 'java.lang.Class', 'pooled'],
      ['allocationSize', 'long'],
    ]);
    this.describe('jdk.JavaMonitorEnter', [['duration', 'long'], stack, ['monitorClass', 'java.lang.Class', 'pooled']]);
  }

  describe(name: string, fields: readonly Described[]): void {
    this.ids.set(name, 20 + this.ids.size);
    this.classes.push([name, fields]);
  }

  pool(name: string, constants: readonly (readonly [key: number, value: Buffer])[]): void {
    this.pools.set(name, [...(this.pools.get(name) ?? []), ...constants]);
  }

  frameTypes(names: readonly string[]): void {
    this.pool(
      'jdk.types.FrameType',
      names.map((name, key) => [key, text(name)] as const),
    );
  }

  class(name: string): number {
    return this.constant('java.lang.Class', Buffer.concat([varint(0), varint(this.symbol(name))]));
  }

  /** Innermost frame first. */
  stack(frames: readonly Frame[]): number {
    const written = frames.map(([owner, method, line, type]) => {
      const value = Buffer.concat([varint(owner === '' ? 0 : this.class(owner)), varint(this.symbol(method)), Buffer.from([0])]);
      return Buffer.concat([varint(this.constant('jdk.types.Method', value)), varint(line), varint(type)]);
    });
    return this.constant('jdk.types.StackTrace', Buffer.concat([Buffer.from([0]), varint(frames.length), ...written]));
  }

  event(name: string, values: Readonly<Record<string, number>>): void {
    const [, fields] = this.classes.find(([known]) => known === name)!;
    const bodies = fields.map(([field, type]) => (type === 'float' ? Buffer.alloc(4) : varint(values[field] ?? 0)));
    this.events.push(framed(this.ids.get(name)!, ...bodies));
  }

  finish(): Buffer {
    const pools = [...this.pools].map(([name, constants]) =>
      Buffer.concat([varint(this.ids.get(name)!), varint(constants.length), ...constants.flatMap(([key, value]) => [varint(key), value])]),
    );
    const checkpoint = framed(1, varint(1), varint(2), varint(0), Buffer.from([0]), varint(pools.length), ...pools);
    const before = Buffer.concat([...this.events, checkpoint]);
    const metadata = this.metadata();
    const header = Buffer.alloc(68);
    header.write('FLR\0', 'latin1');
    header.writeUInt16BE(2, 4);
    header.writeBigInt64BE(BigInt(68 + before.length + metadata.length), 8);
    header.writeBigInt64BE(BigInt(68 + before.length - checkpoint.length), 16);
    header.writeBigInt64BE(BigInt(68 + before.length), 24);
    header.writeBigInt64BE(this.ticksPerSecond, 56);
    header.writeUInt32BE(1, 64);
    return Buffer.concat([header, before, metadata]);
  }

  private symbol(name: string): number {
    const known = this.symbols.get(name);
    if (known !== undefined) return known;
    const key = this.constant('jdk.types.Symbol', text(name));
    this.symbols.set(name, key);
    return key;
  }

  private constant(pool: string, value: Buffer): number {
    const key = (this.pools.get(pool)?.length ?? 0) + 1;
    this.pool(pool, [[key, value]]);
    return key;
  }

  private metadata(): Buffer {
    const strings: string[] = [];
    const string = (value: string): Buffer => {
      if (!strings.includes(value)) strings.push(value);
      return varint(strings.indexOf(value));
    };
    const element = (name: string, attributes: Readonly<Record<string, string>>, children: readonly Buffer[]): Buffer =>
      Buffer.concat([
        string(name),
        varint(Object.keys(attributes).length),
        ...Object.entries(attributes).flatMap(([key, value]) => [string(key), string(value)]),
        varint(children.length),
        ...children,
      ]);
    const classes = this.classes.map(([name, fields]) =>
      element(
        'class',
        { id: String(this.ids.get(name)), name },
        fields.map(([field, type, kind]) =>
          element(
            'field',
            {
              name: field,
              class: String(this.ids.get(type)),
              ...(kind === 'pooled' && { constantPool: 'true' }),
              ...(kind === 'array' && { dimension: '1' }),
            },
            [],
          ),
        ),
      ),
    );
    const root = element('root', {}, [element('metadata', {}, classes), element('region', { locale: 'en' }, [])]);
    return framed(0, varint(1), varint(2), varint(3), varint(strings.length), ...strings.map(text), root);
  }
}

/** An event with its size in four bytes, as the JDK pads it. */
function framed(type: number, ...body: readonly Buffer[]): Buffer {
  const content = Buffer.concat([varint(type), ...body]);
  const size = content.length + 4;
  const padded = [0, 7, 14, 21].map((shift, i) => ((size >> shift) & 127) | (i < 3 ? 128 : 0));
  return Buffer.concat([Buffer.from(padded), content]);
}
