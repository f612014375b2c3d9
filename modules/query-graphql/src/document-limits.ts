import { type DocumentNode, type FragmentDefinitionNode, Kind, type SelectionSetNode } from 'graphql';

export interface DocumentLimits {
  /** Longest document, UTF-16 code units. */
  readonly maxLength: number;
  readonly maxTokens: number;
  /** Deepest nesting of selections. */
  readonly maxDepth: number;
  /** Most selected fields, fragments spread out; expensive ones count as many. */
  readonly maxComplexity: number;
}

/** Brackets nest a little deeper than selections, because arguments and types nest too. */
const EXTRA_BRACKETS = 20;
/** No client repeats a response name in one selection; validation compares repeated ones with each other. */
const MAX_REPEATED = 10;
const MAX_FRAGMENTS = 200;

/** What a field costs besides those below it, if it is more than 1: most of the work on these is done whatever they select. */
const COSTS: ReadonlyMap<string, number> = new Map([
  ['__schema', 500],
  ['__type', 20],
  ['queryTrace', 100],
  ['getGlobalTopology', 100],
  ['getServicesTopology', 100],
  ['getServicesTopologyByNames', 100],
  ['getServiceTopology', 50],
  ['getServiceTopologyByName', 50],
  ['getServiceInstanceTopology', 50],
  ['getServiceInstanceTopologyByName', 50],
  // User interfaces ask for the dependencies of dozens of endpoints at once.
  ['getEndpointDependencies', 20],
  ['getEndpointDependenciesByName', 20],
  ['getEndpointTopology', 20],
]);

/** A document that asks for more than is allowed. */
export class DocumentLimitError extends Error {
  override readonly name = 'DocumentLimitError';
}

/** Before parsing, which recurses: length and bracket depth. Throws DocumentLimitError. */
export function checkText(text: string, limits: DocumentLimits): void {
  if (text.length > limits.maxLength) throw new DocumentLimitError(`the document is longer than ${limits.maxLength} characters`);
  const most = limits.maxDepth + EXTRA_BRACKETS;
  let depth = 0;
  // Strings and comments are passed over whole; an unterminated one ends the scan and the parser reports it.
  for (const [token] of text.matchAll(/"""(?:\\"""|[\s\S])*?"""|"(?:\\.|[^"\\\n\r])*"|#[^\n\r]*|[{[(]|[}\])]/g)) {
    if (token === '{' || token === '[' || token === '(') {
      if (++depth > most) throw new DocumentLimitError(`brackets are nested deeper than ${most}`);
    } else if (token === '}' || token === ']' || token === ')') depth--;
  }
}

/**
 * Before validation, whose cost grows with the square of repeated names: shape, depth and complexity of what is selected.
 * Complexity is one for each selected field, as in the protocol's reference server, and more for expensive ones. Throws DocumentLimitError.
 */
export function checkDocument(document: DocumentNode, limits: DocumentLimits): void {
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const d of document.definitions) if (d.kind === Kind.FRAGMENT_DEFINITION) fragments.set(d.name.value, d);
  const measure = new Measure(fragments, limits);
  let complexity = 0;
  for (const d of document.definitions) {
    if (d.kind !== Kind.OPERATION_DEFINITION && d.kind !== Kind.FRAGMENT_DEFINITION) continue;
    const size = measure.of(d.selectionSet);
    if (d.kind === Kind.OPERATION_DEFINITION) complexity = Math.max(complexity, size.fields);
  }
  if (complexity > limits.maxComplexity) {
    throw new DocumentLimitError(
      `the query selects ${complexity} fields, ${limits.maxComplexity} are allowed; traces, topologies and the schema count as many`,
    );
  }
}

interface Size {
  readonly fields: number;
  readonly depth: number;
}

/** Sizes of selections; each fragment is measured once, however often it is spread. */
class Measure {
  readonly #known = new Map<string, Size>();
  #spreads = 0;

  constructor(
    private readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>,
    private readonly limits: DocumentLimits,
  ) {}

  of(set: SelectionSetNode | undefined): Size {
    let fields = 0;
    let depth = 0;
    const names = new Map<string, number>();
    for (const selection of set?.selections ?? []) {
      let size: Size;
      if (selection.kind === Kind.FIELD) {
        const name = (selection.alias ?? selection.name).value;
        const repeated = (names.get(name) ?? 0) + 1;
        names.set(name, repeated);
        if (repeated > MAX_REPEATED) throw new DocumentLimitError(`${name} is selected more than ${MAX_REPEATED} times`);
        const below = this.of(selection.selectionSet);
        size = { fields: below.fields + (COSTS.get(selection.name.value) ?? 1), depth: below.depth + 1 };
      } else {
        if (++this.#spreads > MAX_FRAGMENTS) throw new DocumentLimitError(`more than ${MAX_FRAGMENTS} fragments are used`);
        size = selection.kind === Kind.INLINE_FRAGMENT ? this.of(selection.selectionSet) : this.#fragment(selection.name.value);
      }
      fields += size.fields;
      depth = Math.max(depth, size.depth);
    }
    if (depth > this.limits.maxDepth) throw new DocumentLimitError(`selections are nested deeper than ${this.limits.maxDepth}`);
    return { fields, depth };
  }

  #fragment(name: string): Size {
    const known = this.#known.get(name);
    if (known) return known;
    // A fragment that spreads itself counts as empty here; validation refuses it.
    this.#known.set(name, { fields: 0, depth: 0 });
    const size = this.of(this.fragments.get(name)?.selectionSet);
    this.#known.set(name, size);
    return size;
  }
}
