import type { JfrReader } from './jfr-reader.js';

/** Deepest nesting of metadata elements; real files have four levels. */
const MAX_DEPTH = 32;

/** What is looked at of all that the metadata say. */
const ELEMENTS: ReadonlySet<string> = new Set(['class', 'field']);
const ATTRIBUTES: ReadonlySet<string> = new Set(['id', 'name', 'class', 'constantPool', 'dimension']);

/** One field of a class that the file describes. */
export interface JfrField {
  readonly name: string;
  /** Id of its class. */
  readonly type: number;
  /** Its value is a key in the constant pool of its class. */
  readonly pooled: boolean;
  readonly array: boolean;
}
/** A class as the file describes it: of events, and of what they are made of. */
export interface JfrClass {
  readonly id: number;
  readonly name: string;
  readonly fields: readonly JfrField[];
}
/** An element of the metadata, which is a tree like an XML document. */
interface Element {
  readonly name: string;
  readonly attributes: ReadonlyMap<string, string>;
  readonly children: readonly Element[];
}

/** Reads the metadata event that begins at the reader's place: the classes by their ids. Throws ProfileError. */
export function readClasses(reader: JfrReader): ReadonlyMap<number, JfrClass> {
  const at = reader.at;
  const size = reader.varint();
  if (reader.varint() !== 0) reader.fail('no metadata where the header says', at);
  if (size < reader.at - at || size > reader.end - at) reader.fail('metadata reach past the end', at);
  reader.end = at + size;
  // Start, duration and id.
  for (let i = 0; i < 3; i++) reader.varint();
  const strings = Array.from({ length: reader.count('strings') }, () => reader.string(() => reader.fail('a pooled string in metadata')));
  const classes = new Map<number, JfrClass>();
  for (const element of elementsNamed(readElement(reader, strings, 0), 'class')) {
    const described = classOf(element);
    classes.set(described.id, described);
  }
  return classes;
}

function readElement(reader: JfrReader, strings: readonly string[], depth: number): Element {
  if (depth > MAX_DEPTH) reader.fail(`metadata of more than ${MAX_DEPTH} levels`);
  const string = (): string => {
    const at = reader.at;
    const index = reader.varint();
    return strings[index] ?? reader.fail(`string ${index} of ${strings.length}`, at);
  };
  const name = string();
  const attributes = new Map<string, string>();
  for (let left = reader.count('attributes'); left > 0; left--) {
    const key = string();
    const value = string();
    if (ATTRIBUTES.has(key)) attributes.set(key, value);
  }
  const children: Element[] = [];
  for (let left = reader.count('elements'); left > 0; left--) {
    const child = readElement(reader, strings, depth + 1);
    // Most elements are annotations and settings.
    if (child.children.length > 0 || ELEMENTS.has(child.name)) children.push(child);
  }
  return { name, attributes, children };
}

function* elementsNamed(root: Element, name: string): Generator<Element> {
  for (const child of root.children) {
    if (child.name === name) yield child;
    else yield* elementsNamed(child, name);
  }
}

function classOf({ attributes, children }: Element): JfrClass {
  const fields = children
    .filter(({ name }) => name === 'field')
    .map(({ attributes: field }) => ({
      name: field.get('name') ?? '',
      type: Number(field.get('class') ?? Number.NaN),
      pooled: field.get('constantPool') === 'true',
      array: (field.get('dimension') ?? '0') !== '0',
    }));
  return { id: Number(attributes.get('id') ?? Number.NaN), name: attributes.get('name') ?? '', fields };
}
