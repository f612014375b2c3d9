import { asBuffer, BYTES, FIXED64, VARINT, WireReader } from '../wire-reader.js';

/** `number`: a whole number or a double, whichever was sent, for fields whose type changed between versions of a protocol. */
type Kind = 'string' | 'int32' | 'bool' | 'number';
type KindOf<V> = V extends string ? 'string' : V extends boolean ? 'bool' : 'int32' | 'number';

/** Field number, and how its value is read. */
export type FlatFields<T> = { readonly [K in keyof T]: readonly [field: number, kind: KindOf<T[K]>] };

const EMPTY: Readonly<Record<Kind, string | number | boolean>> = { string: '', int32: 0, bool: false, number: 0 };

/**
 * A decoder of messages that have neither lists nor messages in them. Of repeated fields the last counts; fields that are not known, or come
 * with another wire type than theirs, are passed over, as newer senders may have them. The decoder throws MalformedError.
 */
export function flatDecoder<T extends object>(fields: FlatFields<T>): (bytes: Uint8Array) => T {
  const names: (string | undefined)[] = [];
  const kinds: (Kind | undefined)[] = [];
  const empty: Record<string, unknown> = {};
  for (const [name, [field, kind]] of Object.entries<readonly [number, Kind]>(fields)) {
    names[field] = name;
    kinds[field] = kind;
    empty[name] = EMPTY[kind];
  }
  return (bytes) => {
    const message = { ...empty };
    const reader = new WireReader(asBuffer(bytes));
    while (reader.next()) {
      const { field } = reader;
      const kind = field < kinds.length ? kinds[field] : undefined;
      const value = kind === undefined ? undefined : read(reader, kind);
      if (value === undefined) reader.skip();
      else message[names[field]!] = value;
    }
    return message as T;
  };
}

/** Undefined, and nothing read, when the wire type is not that of the kind. */
function read(reader: WireReader, kind: Kind): string | number | boolean | undefined {
  const { type } = reader;
  if (type === BYTES) return kind === 'string' ? reader.string() : undefined;
  if (type === VARINT) return kind === 'string' ? undefined : kind === 'bool' ? reader.bool() : reader.int32();
  return type === FIXED64 && kind === 'number' ? double(reader) : undefined;
}

function double(reader: WireReader): number {
  const { at } = reader;
  reader.skip();
  return reader.bytes.readDoubleLE(at);
}
