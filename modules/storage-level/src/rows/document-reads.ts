import type { Document } from '@skein/telemetry/storage';
import { ByteReader } from '../bytes/byte-reader.js';
import { ByteWriter } from '../bytes/byte-writer.js';
import type { EntryDocument } from '../journal/entry.js';
import { type Database, pages } from '../level/database.js';
import { documentKey, documentRange, restOf } from '../level/keys.js';
import type { ReadView } from './read-view.js';

export interface StoredDocument {
  readonly version: number;
  readonly json: string;
}

export function encodeDocument({ version, json }: StoredDocument): Buffer {
  const writer = new ByteWriter(json.length + 16);
  writer.varint(version);
  writer.raw(Buffer.from(json));
  return Buffer.from(writer.view());
}

function decodeDocument(bytes: Uint8Array): StoredDocument {
  const reader = new ByteReader(bytes);
  const version = reader.varint();
  return { version, json: reader.raw(reader.remaining).toString('utf8') };
}

export function readDocument(database: Database, view: ReadView, kind: string, id: string): StoredDocument | undefined {
  const recent = latest(view, kind, id);
  if (recent !== undefined) return recent.json === undefined ? undefined : { version: recent.version, json: recent.json };
  const bytes = database.getSync(documentKey(kind, id), { snapshot: view.snapshot });
  return bytes && decodeDocument(bytes);
}

/** Documents of a kind in the order of their ids. */
export async function listDocuments(database: Database, view: ReadView, kind: string, prefix: string, limit: number): Promise<Document[]> {
  const found = new Map<string, StoredDocument | undefined>();
  for (const { documents } of view.memories) {
    for (const { id, version, json } of documents.get(kind)?.values() ?? []) {
      if (id.startsWith(prefix)) found.set(id, json === undefined ? undefined : { version, json });
    }
  }
  // Every recent change can hide one that is stored.
  const wanted = limit + found.size;
  const range = documentRange(kind, '');
  let stored = 0;
  for await (const page of pages(database, documentRange(kind, prefix), { snapshot: view.snapshot })) {
    for (const [key, value] of page) {
      const id = restOf(key, range);
      if (!found.has(id)) found.set(id, decodeDocument(value));
      stored++;
    }
    if (stored >= wanted) break;
  }
  const documents = [...found].flatMap(([id, document]) => (document ? [toDocument(kind, id, document)] : []));
  return documents.sort((a, b) => (a.id < b.id ? -1 : 1)).slice(0, limit);
}

export const toDocument = (kind: string, id: string, { version, json }: StoredDocument): Document => ({
  kind,
  id,
  value: JSON.parse(json) as unknown,
  version,
});

function latest(view: ReadView, kind: string, id: string): EntryDocument | undefined {
  for (let i = view.memories.length - 1; i >= 0; i--) {
    const found = view.memories[i]!.documents.get(kind)?.get(id);
    if (found) return found;
  }
  return undefined;
}
