import { type DocumentNode, GraphQLError, type GraphQLSchema, parse, validate } from 'graphql';
import { checkDocument, checkText, DocumentLimitError, type DocumentLimits } from './document-limits.js';

const MAX_ERRORS = 20;

export type Prepared = { readonly document: DocumentNode } | { readonly errors: readonly GraphQLError[] };

/** Parsed and validated documents by their text, the least recently used ones dropped: parsing and validating costs more than most queries. */
export class DocumentCache {
  readonly #documents = new Map<string, DocumentNode>();
  #characters = 0;

  constructor(
    private readonly schema: GraphQLSchema,
    private readonly limits: DocumentLimits,
    /** Most characters of document text kept. */
    private readonly capacity: number,
  ) {}

  get size(): number {
    return this.#documents.size;
  }

  prepare(text: string): Prepared {
    const known = this.#documents.get(text);
    if (known) {
      this.#documents.delete(text);
      this.#documents.set(text, known);
      return { document: known };
    }
    const prepared = this.#read(text);
    if ('document' in prepared) this.#keep(text, prepared.document);
    return prepared;
  }

  #read(text: string): Prepared {
    try {
      checkText(text, this.limits);
      const document = parse(text, { maxTokens: this.limits.maxTokens });
      checkDocument(document, this.limits);
      const errors = validate(this.schema, document, undefined, { maxErrors: MAX_ERRORS });
      return errors.length > 0 ? { errors } : { document };
    } catch (error) {
      if (error instanceof GraphQLError) return { errors: [error] };
      if (error instanceof DocumentLimitError) return { errors: [new GraphQLError(error.message)] };
      throw error;
    }
  }

  #keep(text: string, document: DocumentNode): void {
    this.#documents.set(text, document);
    this.#characters += text.length;
    for (const oldest of this.#documents.keys()) {
      if (this.#characters <= this.capacity) return;
      this.#documents.delete(oldest);
      this.#characters -= oldest.length;
    }
  }
}
