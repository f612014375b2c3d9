import type { EntityFieldState } from '@skein/telemetry/storage';
import { ByteReader, MalformedBytes } from '../bytes/byte-reader.js';
import { ByteWriter } from '../bytes/byte-writer.js';
import { readValue, writeValue } from '../bytes/value-codec.js';
import type { StoredEntity } from './row-memory.js';

const VERSION = 1;

/** Version, when it was last written, then name, time and value of each field. */
export function encodeEntity({ state, seen }: StoredEntity): Buffer {
  const writer = new ByteWriter(512);
  writer.byte(VERSION);
  writer.signed(seen);
  for (const [name, { value, at }] of state) {
    writer.text(name);
    writer.signed(at);
    writeValue(writer, value);
  }
  return Buffer.from(writer.view());
}

export function decodeEntity(bytes: Uint8Array): StoredEntity {
  const reader = new ByteReader(bytes);
  const version = reader.byte();
  if (version !== VERSION) throw new MalformedBytes(`entity of version ${version}, this version of Skein reads ${VERSION}`);
  const seen = reader.signed();
  const state = new Map<string, EntityFieldState>();
  while (!reader.done) {
    const name = reader.text();
    const at = reader.signed();
    state.set(name, { value: readValue(reader) ?? null, at });
  }
  return { state, seen };
}
