import { nearest } from '@skein/core';
import type { MeterRuleFile } from '@skein/telemetry';
import type { MalRule, MalRuleFile } from '@skein/telemetry/mal';
import { isAlias, isMap, isScalar, isSeq, LineCounter, type Node, parseDocument, type Scalar } from 'yaml';

/** Keys whose value is text. */
const TEXTS = ['filter', 'expPrefix', 'expSuffix', 'metricPrefix'] as const;
/** `metrics` is what older files say for `metricsRules`. `initExp` starts clients of upstream's own, which there are none of here. */
const KEYS: readonly string[] = [...TEXTS, 'metricsRules', 'metrics', 'layerDefinitions', 'initExp'];
const RULE_KEYS: readonly string[] = ['name', 'exp'];
const METRIC_NAME = /^[A-Za-z_][A-Za-z0-9_]{0,255}$/;
/** Rules of one file; far above what anybody writes. */
const MAX_RULES = 10_000;

/** A rule file, as far as it could be read. */
export interface ReadRules {
  readonly group: string;
  readonly rules: MalRuleFile;
  /** Names of layers that the file defines. */
  readonly layers: readonly string[];
  /** Each with file, line and column. */
  readonly problems: readonly string[];
}

/** Reads the YAML of a rule file. Never throws: what is wrong is told in the problems, and the rest is read all the same. */
export function readRuleFile({ group, file, text }: MeterRuleFile): ReadRules {
  const reader = new RuleFileReader(file, text);
  return { group, rules: reader.rules(), layers: reader.layers, problems: reader.problems };
}

class RuleFileReader {
  readonly problems: string[] = [];
  readonly layers: string[] = [];
  private readonly lines = new LineCounter();
  private readonly document;

  constructor(
    private readonly file: string,
    text: string,
  ) {
    this.document = parseDocument(text, { lineCounter: this.lines, prettyErrors: false });
    for (const error of this.document.errors.slice(0, 5)) this.problem(error.pos[0], `is no valid YAML: ${error.message}`);
  }

  rules(): MalRuleFile {
    if (this.problems.length > 0) return { file: this.file, metricsRules: [] };
    const entries = this.entries(this.document.contents, KEYS);
    const texts: Partial<Record<(typeof TEXTS)[number], string>> = {};
    for (const key of TEXTS) {
      const text = this.text(entries.get(key), key);
      if (text !== undefined) texts[key] = text;
    }
    this.readLayers(entries.get('layerDefinitions'));
    const list = entries.get('metricsRules') ?? entries.get('metrics');
    if (list === undefined) this.problem(0, 'has no metricsRules');
    return { file: this.file, ...texts, metricsRules: this.items(list, 'metricsRules').flatMap((node) => this.rule(node)) };
  }

  private rule(node: Node | undefined): MalRule[] {
    const entries = this.entries(node, RULE_KEYS);
    const at = entries.get('exp') ?? node;
    const name = this.text(entries.get('name'), 'name');
    const exp = this.text(entries.get('exp'), 'exp');
    if (name === undefined || exp === undefined) {
      if (entries.size > 0) this.problem(node?.range?.[0], 'a rule has a name and an exp');
      return [];
    }
    if (!METRIC_NAME.test(name))
      this.problem(entries.get('name')?.range?.[0], `name is no name of a metric: ${JSON.stringify(name.slice(0, 80))}`);
    return [{ name, exp, line: this.firstLine(at) }];
  }

  /** The line on which a text begins: of a block after the mark it is the next one. */
  private firstLine(node: Node | undefined): number {
    const { line } = this.lines.linePos(node?.range?.[0] ?? 0);
    const type = isScalar(node) ? (node as Scalar).type : undefined;
    return type === 'BLOCK_LITERAL' || type === 'BLOCK_FOLDED' ? line + 1 : line;
  }

  private readLayers(node: Node | undefined): void {
    for (const item of this.items(node, 'layerDefinitions')) {
      const name = this.text(this.entries(item, ['name', 'ordinal', 'normal']).get('name'), 'name');
      if (name === undefined) this.problem(item?.range?.[0], 'a layer has a name');
      else this.layers.push(name);
    }
  }

  private text(node: Node | undefined, key: string): string | undefined {
    if (node === undefined || (isScalar(node) && node.value === null)) return undefined;
    if (isScalar(node) && typeof node.value === 'string') return node.value;
    this.problem(node.range?.[0], `${key} must be text`);
    return undefined;
  }

  private items(node: Node | undefined, key: string): readonly (Node | undefined)[] {
    if (node === undefined || (isScalar(node) && node.value === null)) return [];
    if (!isSeq(node)) {
      this.problem(node.range?.[0], `${key} must be a list`);
      return [];
    }
    if (node.items.length > MAX_RULES) this.problem(node.range?.[0], `${key} has more than ${MAX_RULES} entries`);
    return node.items.slice(0, MAX_RULES).map((item) => this.resolve(item));
  }

  private entries(node: unknown, known: readonly string[]): ReadonlyMap<string, Node> {
    const entries = new Map<string, Node>();
    if (!isMap(node)) {
      this.problem((node as Node | undefined)?.range?.[0], 'must be a map');
      return entries;
    }
    for (const { key, value } of node.items) {
      const name = String(isScalar(key) ? key.value : key);
      if (!known.includes(name)) this.problem((key as Node).range?.[0], unknownKey(name, known));
      const found = this.resolve(value);
      if (found !== undefined) entries.set(name, found);
    }
    return entries;
  }

  /** Rules are read to a fixed depth, so aliases cannot multiply. */
  private resolve(node: unknown): Node | undefined {
    return ((isAlias(node) ? node.resolve(this.document) : node) ?? undefined) as Node | undefined;
  }

  private problem(offset: number | undefined, message: string): void {
    const { line, col } = this.lines.linePos(offset ?? 0);
    this.problems.push(`${this.file}:${line}:${col} ${message}`);
  }
}

function unknownKey(name: string, known: readonly string[]): string {
  const near = nearest(name, known);
  return `unknown key "${name.slice(0, 80)}"${near === undefined ? `; known here: ${known.join(', ')}` : `; did you mean "${near}"?`}`;
}
