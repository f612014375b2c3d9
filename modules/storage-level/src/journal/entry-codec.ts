import type { Row, Value } from '@skein/telemetry/storage';
import { ByteReader, MalformedBytes } from '../bytes/byte-reader.js';
import { ByteWriter } from '../bytes/byte-writer.js';
import { pack, unpack } from '../bytes/compression.js';
import { readNames, readRow, readValue, writeNames, writeRow, writeValue } from '../bytes/value-codec.js';
import { PackedRows } from '../records/block-codec.js';
import type { RowChunk } from '../records/row-chunks.js';
import { type LayoutSource, readDeltas, writeDeltas } from './delta-codec.js';
import type { Entry, EntryDocument, EntryEntity, EntryRecords, EntrySize } from './entry.js';

const VERSION = 2;
/**
 * An entry stays in the journal for seconds only: below this, time is dearer than space. The small entries of a server with little to do would
 * cost it more to compress than to encode.
 */
const WORTHWHILE = 65_536;

const writer = new ByteWriter(262_144);

/**
 * An entry as bytes: a version byte, then its parts. Names that repeat are written once. Of chunks of rows only their sizes are in it:
 * {@link encodePayload} puts the chunks behind. The bytes are valid until the next call.
 */
function encodeEntry(entry: Entry): Buffer {
  writer.clear();
  writer.byte(VERSION);
  writer.signed(entry.at);
  writer.byte(entry.id ? 1 : 0);
  if (entry.id) {
    writer.ref(entry.id.writer);
    writer.signed(entry.id.sequence);
  }
  writer.varint(entry.records.length);
  for (const records of entry.records) writeRecords(writer, records);
  writer.varint(entry.entities.length);
  for (const entity of entry.entities) writeEntity(writer, entity);
  writeDeltas(writer, entry.deltas, entry.at);
  writer.varint(entry.documents.length);
  for (const document of entry.documents) writeDocument(writer, document);
  return writer.view();
}

/**
 * What the journal keeps of an entry, and its size before compression: length of the entry, the compressed entry, and the chunks of rows,
 * which are compressed already.
 */
export function encodePayload(entry: Entry): { readonly payload: Buffer; readonly size: EntrySize } {
  const bytes = encodeEntry(entry);
  const head = pack(bytes, WORTHWHILE);
  const chunks = entry.records.flatMap((records) => records.chunks ?? []);
  const payload = Buffer.allocUnsafe(chunks.reduce((sum, { packed }) => sum + packed.length, 4 + head.length));
  let at = payload.writeUInt32LE(head.length, 0);
  for (const part of [head, ...chunks.map(({ packed }) => packed)]) {
    payload.set(part, at);
    at += part.length;
  }
  return { payload, size: sizeOf(bytes, chunks) };
}

const sizeOf = (head: Uint8Array, chunks: readonly RowChunk[]): EntrySize => ({
  records: chunks.reduce((sum, { bytes }) => sum + bytes, 0),
  rows: head.length,
});

/** @throws MalformedBytes for anything that {@link encodePayload} does not write. */
export function decodePayload(payload: Buffer, layouts: LayoutSource): { readonly entry: Entry; readonly size: EntrySize } {
  const reader = new ByteReader(payload);
  const bytes = unpack(reader.raw(reader.uint32le()));
  const entry = decodeEntry(bytes, reader, layouts);
  if (!reader.done) throw new MalformedBytes('a journal entry is longer than its content');
  const chunks = entry.records.flatMap((records) => records.chunks ?? []);
  return { entry, size: sizeOf(bytes, chunks) };
}

function decodeEntry(bytes: Uint8Array, chunks: ByteReader, layouts: LayoutSource): Entry {
  const reader = new ByteReader(bytes);
  const version = reader.byte();
  if (version !== VERSION) throw new MalformedBytes(`journal entry of version ${version}, this version of Skein reads ${VERSION}`);
  const at = reader.signed();
  const id = reader.byte() === 1 ? { writer: reader.ref(), sequence: reader.signed() } : undefined;
  const records = list(reader, (one) => readRecords(one, chunks));
  const entities = list(reader, readEntity);
  const deltas = readDeltas(reader, layouts, at);
  const documents = list(reader, readDocument);
  if (!reader.done) throw new MalformedBytes('a journal entry is longer than its content');
  return { at, ...(id && { id }), records, entities, deltas, documents };
}

const list = <T>(reader: ByteReader, read: (reader: ByteReader) => T): T[] => Array.from({ length: reader.count() }, () => read(reader));

function writeRecords(writer: ByteWriter, { model, fields, rows, chunks }: EntryRecords): void {
  writer.ref(model);
  writeNames(writer, fields);
  writer.varint(chunks?.length ?? 0);
  if (chunks !== undefined) {
    for (const chunk of chunks) {
      writer.varint(chunk.rows);
      writer.varint(chunk.bytes);
      writer.varint(chunk.packed.length);
    }
    return;
  }
  writer.varint(rows.length);
  for (const row of rows) writeRow(writer, fields, row);
}

function readRecords(reader: ByteReader, packed: ByteReader): EntryRecords {
  const model = reader.ref();
  const fields = readNames(reader);
  const count = reader.count();
  if (count === 0) {
    // A row takes a byte for each field. None has no field but in damaged bytes, which then could say that there are any number of them.
    const length = reader.count(Math.max(1, fields.length));
    return { model, fields, rows: Array.from({ length }, () => readRow(reader, fields)) };
  }
  const rows: Row[] = [];
  const chunks: RowChunk[] = [];
  for (let i = 0; i < count; i++) {
    // A copy, so that a chunk does not keep the whole file in memory.
    const chunk = { rows: reader.varint(), bytes: reader.varint(), packed: Buffer.from(packed.raw(reader.varint())) };
    for (const row of new PackedRows(fields, chunk.packed, chunk.rows).all()) rows.push(row);
    chunks.push(chunk);
  }
  return { model, fields, rows, chunks };
}

function writeEntity(writer: ByteWriter, { model, id, at, row }: EntryEntity): void {
  writer.ref(model);
  writer.ref(id);
  writer.signed(at);
  const fields = Object.entries(row).filter(([, value]) => value !== undefined);
  writer.varint(fields.length);
  for (const [field, value] of fields) {
    writer.ref(field);
    writeValue(writer, value);
  }
}

function readEntity(reader: ByteReader): EntryEntity {
  const model = reader.ref();
  const id = reader.ref();
  const at = reader.signed();
  const row: Record<string, Value | undefined> = {};
  for (let left = reader.count(); left > 0; left--) {
    const field = reader.ref();
    row[field] = readValue(reader);
  }
  return { model, id, at, row };
}

function writeDocument(writer: ByteWriter, { kind, id, version, json }: EntryDocument): void {
  writer.ref(kind);
  writer.text(id);
  writer.varint(version);
  writer.byte(json === undefined ? 0 : 1);
  if (json !== undefined) writer.text(json);
}

function readDocument(reader: ByteReader): EntryDocument {
  const kind = reader.ref();
  const id = reader.text();
  const version = reader.varint();
  return { kind, id, version, json: reader.byte() === 1 ? reader.text() : undefined };
}
