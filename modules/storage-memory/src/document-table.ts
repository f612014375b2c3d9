import type { Document, DocumentPut } from '@skein/telemetry/storage';

interface StoredDocument {
  readonly json: string;
  readonly version: number;
}

/** Documents by kind and id. Versions only grow, also over deletions, so that an old one never matches again. */
export class DocumentTable {
  readonly #kinds = new Map<string, Map<string, StoredDocument>>();
  #version = 0;

  get(kind: string, id: string): Document | undefined {
    const stored = this.#kinds.get(kind)?.get(id);
    return stored && { kind, id, value: JSON.parse(stored.json) as unknown, version: stored.version };
  }

  list(kind: string, prefix: string, limit: number): Document[] {
    const ids = [...(this.#kinds.get(kind)?.keys() ?? [])].filter((id) => id.startsWith(prefix)).sort((a, b) => (a < b ? -1 : 1));
    return ids.slice(0, limit).map((id) => this.get(kind, id)!);
  }

  accepts({ kind, id, ifVersion }: DocumentPut): boolean {
    return ifVersion === undefined || ifVersion === (this.#kinds.get(kind)?.get(id)?.version ?? 0);
  }

  put({ kind, id, value }: DocumentPut): void {
    let documents = this.#kinds.get(kind);
    if (documents === undefined) {
      documents = new Map();
      this.#kinds.set(kind, documents);
    }
    documents.set(id, { json: JSON.stringify(value) ?? 'null', version: ++this.#version });
  }

  delete(kind: string, id: string): void {
    this.#kinds.get(kind)?.delete(id);
  }

  stats(): { readonly model: string; readonly rows: number; readonly bytes: number }[] {
    return [...this.#kinds].map(([kind, documents]) => {
      let bytes = 0;
      for (const [id, { json }] of documents) bytes += (id.length + json.length) * 2 + 64;
      return { model: `document.${kind}`, rows: documents.size, bytes };
    });
  }
}
