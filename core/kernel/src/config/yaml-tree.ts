import { isAlias, isMap, isScalar, isSeq, LineCounter, type Node, type Pair, parseDocument, type YAMLError, type YAMLMap } from 'yaml';
import type { Problem } from '../host/types.js';
import { type ConfigEntry, type ConfigNode, where } from './config-node.js';
import { nestingBound } from './nesting.js';
import { type Environment, holdsPrivate, shield, substitute, unshield } from './substitution.js';

/** One YAML text of a configuration. */
export interface ConfigSource {
  /** How places in it are named: `skein.yml` gives `skein.yml:12:5`. */
  readonly name: string;
  readonly text: string;
  /** False for a text that no operator can look at: its places are empty, and problems in it have none. */
  readonly positions?: boolean;
  /** Folder that relative module paths in it start from. */
  readonly folder?: string;
}

/** Characters; far above any real configuration, far below what could keep the process busy. */
export const LONGEST_CONFIG = 1024 * 1024;
const MOST_NODES = 50_000;
const MOST_ALIASES = 100;
const DEEPEST = 100;

/** Reads a text into nodes. Returns no node when the text is no YAML; then, as for other mistakes, there are problems. */
export function parseYaml(source: ConfigSource, env: Environment): { readonly node?: ConfigNode; readonly problems: readonly Problem[] } {
  const refusal = refuse(source.text);
  if (refusal !== undefined) return { problems: [{ at: source.name, subject: 'the file', message: refusal }] };
  const lines = new LineCounter();
  const document = parseDocument(shield(source.text), { lineCounter: lines, prettyErrors: false, uniqueKeys: false });
  const place = (offset: number): string => {
    if (source.positions === false) return '';
    const { line, col } = lines.linePos(offset);
    return `${source.name}:${line}:${col}`;
  };
  const mistakes = [...document.errors, ...document.warnings];
  if (mistakes.length > 0) return { problems: mistakes.slice(0, 5).map((error) => syntaxProblem(error, place(error.pos[0]))) };
  const reader = new TreeReader(document, place, env);
  const node = reader.read(document.contents as Node | null, 0);
  return { ...(node === undefined ? {} : { node }), problems: reader.problems };
}

function refuse(text: string): string | undefined {
  if (text.length > LONGEST_CONFIG) return `is longer than ${LONGEST_CONFIG} characters`;
  if (text.includes('\0')) return 'is not a text file: it holds a zero byte';
  if (holdsPrivate(text)) return 'holds a private-use character (U+F8E0 to U+F8E6)';
  return nestingBound(text, DEEPEST + 1) > DEEPEST ? `is nested more than ${DEEPEST} levels deep` : undefined;
}

function syntaxProblem(error: YAMLError, at: string): Problem {
  const known: Partial<Record<string, Pick<Problem, 'message' | 'fix'>>> = {
    TAB_AS_INDENT: { message: 'is indented with a tab', fix: 'YAML is indented with spaces' },
    MULTIPLE_DOCS: { message: 'has a second document after ---', fix: 'write one document a file; give several files with several -c' },
  };
  const { message, fix } = known[error.code] ?? { message: `is no valid YAML: ${unshield(error.message)}` };
  return { at, subject: 'the file', message, ...(fix === undefined ? {} : { fix }) };
}

class TreeReader {
  readonly problems: Problem[] = [];
  private nodes = 0;
  private aliases = 0;
  private full = false;

  constructor(
    private readonly document: ReturnType<typeof parseDocument>,
    private readonly place: (offset: number) => string,
    private readonly env: Environment,
  ) {}

  /** Undefined when a limit is passed; the rest of the text is not read then. */
  read(node: Node | null | undefined, depth: number): ConfigNode | undefined {
    const at = this.place(node?.range?.[0] ?? 0);
    if (this.full) return undefined;
    if (++this.nodes > MOST_NODES) return this.stop(at, `has more than ${MOST_NODES} values, aliases included`);
    if (depth > DEEPEST) return this.stop(at, `is nested more than ${DEEPEST} levels deep`);
    if (isAlias(node)) return this.alias(node, at, depth);
    if (isMap(node)) return this.map(node, at, depth);
    if (isSeq(node)) return { kind: 'list', at, items: node.items.flatMap((item) => this.read(item as Node, depth + 1) ?? []) };
    if (isScalar(node)) return this.scalar(node.value, at);
    return { kind: 'scalar', at, value: null };
  }

  private alias(node: Node & { readonly source: string }, at: string, depth: number): ConfigNode | undefined {
    if (++this.aliases > MOST_ALIASES) return this.stop(at, `has more than ${MOST_ALIASES} aliases`);
    const target = isAlias(node) ? node.resolve(this.document) : undefined;
    if (target === undefined) return this.stop(at, `refers to *${node.source}, which is not defined before`);
    return this.read(target, depth + 1);
  }

  private map(node: YAMLMap, at: string, depth: number): ConfigNode {
    const entries = new Map<string, ConfigEntry>();
    for (const pair of node.items as Pair<Node, Node | null>[]) {
      const keyAt = this.place(pair.key.range?.[0] ?? 0);
      if (!isScalar(pair.key)) {
        this.report(keyAt, 'has a key that is no plain name');
        continue;
      }
      const key = unshield(String(pair.key.value));
      if (entries.has(key))
        this.report(keyAt, `has the key ${JSON.stringify(key.slice(0, 60))} twice in one map`, `first at ${entries.get(key)!.at}`);
      const inner = this.read(pair.value, depth + 1);
      if (inner !== undefined) entries.set(key, { at: keyAt, node: inner });
    }
    return { kind: 'map', at, entries };
  }

  private scalar(value: unknown, at: string): ConfigNode {
    if (typeof value === 'number' || typeof value === 'boolean' || value === null) return { kind: 'scalar', at, value };
    return { kind: 'scalar', at, value: substitute(unshield(String(value)), this.env) };
  }

  private stop(at: string, message: string): undefined {
    this.full = true;
    this.report(at, message);
  }

  private report(at: string, message: string, fix?: string): void {
    if (this.problems.length < 100)
      this.problems.push({ ...where(at), subject: 'the file', message, ...(fix === undefined ? {} : { fix }) });
  }
}
