import { ProfileError } from '../stacks/profile-error.js';
import type { JfrClass } from './jfr-classes.js';
import type { JfrReader } from './jfr-reader.js';

/** How a value is written. */
type Form = 'byte' | 'int' | 'varint' | 'four' | 'eight' | 'string' | 'struct';
/** A field to read or to pass over. */
export interface FieldLayout {
  readonly name: string;
  readonly form: Form;
  readonly type: number;
  readonly array: boolean;
}
/** Takes at least one byte for each of its fields, so that the work of reading is bounded by the bytes. */
export type Layout = readonly FieldLayout[];
/** A layout with the place in the result of each field that is wanted, or -1. */
export type Picked = ReadonlyArray<{ readonly field: FieldLayout; readonly slot: number }>;

const PRIMITIVES: ReadonlyMap<string, Form> = new Map([
  ['boolean', 'byte'],
  ['byte', 'byte'],
  ['char', 'varint'],
  ['short', 'int'],
  ['int', 'int'],
  ['long', 'varint'],
  ['float', 'four'],
  ['double', 'eight'],
  ['java.lang.String', 'string'],
]);
/** Deepest nesting of values; real files have two levels. */
const MAX_DEPTH = 32;

/** How the values of each class lie in the file, made from the classes when first asked for. */
export class Layouts {
  private readonly made = new Map<number, Layout | 'in the making'>();
  /** Text of a pooled string. */
  pooled: (key: number) => string = () => '';

  constructor(private readonly classes: ReadonlyMap<number, JfrClass>) {}

  /** `at`: the byte that names the class. Throws ProfileError for a class that is unknown or holds itself. */
  of(id: number, at?: number): Layout {
    const known = this.made.get(id);
    if (known === 'in the making') throw new ProfileError('JFR', `class ${id} holds itself`, at);
    if (known !== undefined) return known;
    const described = this.classes.get(id);
    if (described === undefined) throw new ProfileError('JFR', `class ${id} is not described`, at);
    this.made.set(id, 'in the making');
    const layout: FieldLayout[] = [];
    for (const { name, type, pooled, array } of described.fields) {
      const form = pooled ? 'varint' : this.formOf(type, at);
      // Fields of classes without fields take no bytes.
      if (form === 'struct' && !array && this.of(type, at).length === 0) continue;
      layout.push({ name, form, type, array });
    }
    this.made.set(id, layout);
    return layout;
  }

  pick(layout: Layout, names: readonly string[]): Picked {
    return layout.map((field) => ({ field, slot: names.indexOf(field.name) }));
  }

  /** Reads one value; the fields that were picked go to their slots, lists and structures excepted. */
  read(reader: JfrReader, picked: Picked, into: (number | string)[]): void {
    for (const { field, slot } of picked) {
      if (slot < 0 || field.array || field.form === 'struct') this.skipField(reader, field, 0);
      else into[slot] = this.simple(reader, field.form);
    }
  }

  /** Passes over one value of a class. */
  skip(reader: JfrReader, layout: Layout, depth = 0): void {
    for (const field of layout) this.skipField(reader, field, depth);
  }

  skipField(reader: JfrReader, field: FieldLayout, depth: number): void {
    if (depth > MAX_DEPTH) reader.fail(`values of more than ${MAX_DEPTH} levels`);
    const layout = field.form === 'struct' ? this.of(field.type, reader.at) : undefined;
    let count = 1;
    if (field.array) {
      count = reader.count('values of a list');
      if (layout?.length === 0 && count > 0) reader.fail('a list of values without fields');
    }
    for (; count > 0; count--) {
      if (layout === undefined) this.simple(reader, field.form);
      else this.skip(reader, layout, depth + 1);
    }
  }

  private formOf(type: number, at: number | undefined): Form {
    const described = this.classes.get(type);
    if (described === undefined) throw new ProfileError('JFR', `class ${type} is not described`, at);
    return PRIMITIVES.get(described.name) ?? 'struct';
  }

  private simple(reader: JfrReader, form: Form): number | string {
    switch (form) {
      case 'byte':
        return reader.byte();
      case 'int':
        // The JDK writes negative ones as if they had no sign.
        return reader.varint() | 0;
      case 'varint':
        return reader.varint();
      case 'string':
        return reader.string(this.pooled);
      case 'four':
        reader.skip(4);
        return reader.bytes.readFloatBE(reader.at - 4);
      default:
        reader.skip(8);
        return reader.bytes.readDoubleBE(reader.at - 8);
    }
  }
}
