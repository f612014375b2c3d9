import { nearest } from '@skein/core';
import { LAYERS, type LogRuleFile } from '@skein/telemetry';
import { isMap, isScalar, isSeq, LineCounter, type Pair, parseDocument, type Scalar, type YAMLMap } from 'yaml';
import { compileScript } from './lal/compile-script.js';
import { LalMistake } from './lal/lal-error.js';
import { OUTPUT_TYPES } from './lal/output-fields.js';
import { parseScript } from './lal/parse-script.js';
import { AUTO, type OutputType, type Rule, ruleTitle } from './rule.js';
import type { RuleProblem } from './rule-problem.js';
import { ScriptPlace } from './script-place.js';

/** Longest file of rules, UTF-16 units. */
const MAX_FILE = 1_048_576;
const LAYER_NAME = /^[A-Z][A-Z0-9_]{0,99}$/;

/** A layer that a file of rules brings. */
export interface CustomLayer {
  readonly name: string;
  readonly normal: boolean;
}

/** What a file of rules says, and what is wrong with it. */
export interface RuleFile {
  readonly rules: readonly Rule[];
  readonly layers: readonly CustomLayer[];
  readonly problems: readonly RuleProblem[];
}

/** Reads a file of rules, analysis.md 11.1. A rule that is wrong is told and left out. Never throws. */
export function readRules(file: LogRuleFile): RuleFile {
  return new RuleFileReader(file).read();
}

class RuleFileReader {
  private readonly lines = new LineCounter();
  private readonly problems: RuleProblem[] = [];
  private readonly layers: CustomLayer[] = [];
  private readonly rules: Rule[] = [];

  constructor(private readonly file: LogRuleFile) {}

  read(): RuleFile {
    const { rules, layers, problems } = this;
    if (this.file.text.length > MAX_FILE) this.tell(0, '', `the file is longer than ${MAX_FILE} characters`);
    else this.readDocument();
    return { rules, layers, problems };
  }

  private readDocument(): void {
    const document = parseDocument(this.file.text, { lineCounter: this.lines, strict: true });
    for (const { pos, message } of document.errors) this.tell(pos[0], '', message.split('\n', 1)[0]!);
    if (document.errors.length > 0) return;
    const root = document.contents;
    if (!isMap(root)) {
      this.tell(0, '', 'expected rules: [{ name, layer, dsl }]');
      return;
    }
    this.checkKeys(root, '', ['rules', 'layerDefinitions']);
    for (const layer of this.listAt(root, 'layerDefinitions', false)) this.readLayer(layer);
    for (const [index, rule] of this.listAt(root, 'rules', true).entries()) {
      if (isMap(rule)) this.readRule(rule, index);
      else this.tell(offsetOf(rule), '', 'expected a rule: { name, layer, dsl }');
    }
  }

  private listAt(root: YAMLMap, key: string, isNeeded: boolean): readonly unknown[] {
    const node = root.get(key, true);
    if (isSeq(node)) return node.items;
    if (isNeeded || node !== undefined) this.tell(offsetOf(node ?? root), '', `expected ${key} to be a list`);
    return [];
  }

  private readLayer(item: unknown): void {
    const name = isMap(item) ? item.get('name') : undefined;
    if (isMap(item) && typeof name === 'string' && LAYER_NAME.test(name)) this.layers.push({ name, normal: item.get('normal') !== false });
    else this.tell(offsetOf(item), '', 'expected a layer: { name, ordinal, normal }, the name in capitals');
  }

  private readRule(node: YAMLMap, index: number): void {
    const name = textAt(node, 'name');
    const layer = textAt(node, 'layer');
    const title = name === undefined ? `number ${index + 1}` : ruleTitle({ layer: layer ?? '?', name });
    const before = this.problems.length;
    this.checkKeys(node, title, ['name', 'layer', 'dsl', 'outputType', 'inputType']);
    if (name === undefined) this.tell(offsetOf(node), title, 'a rule needs a name');
    if (layer === undefined) this.tell(offsetOf(node), title, 'a rule needs a layer');
    else if (!this.isLayer(layer)) this.tell(offsetOf(node.get('layer', true)), title, unknownLayer(layer));
    if (node.has('inputType')) this.tell(offsetOf(node.get('inputType', true)), title, 'inputType is not known here: rules see logs only');
    const outputType = textAt(node, 'outputType') ?? 'Log';
    if (!OUTPUT_TYPES.has(outputType))
      this.tell(offsetOf(node.get('outputType', true)), title, `outputType must be one of ${[...OUTPUT_TYPES.keys()].join(', ')}`);
    const run = this.compile(node, title, outputType);
    if (run === undefined || this.problems.length > before) return;
    this.rules.push({ name: name!, layer: layer!, outputType: outputType as OutputType, run });
  }

  private compile(node: YAMLMap, title: string, outputType: string): Rule['run'] | undefined {
    const dsl = node.get('dsl', true);
    if (!isScalar(dsl) || typeof dsl.value !== 'string') {
      this.tell(offsetOf(dsl ?? node), title, 'a rule needs a dsl: filter { ... }');
      return undefined;
    }
    const place = new ScriptPlace(this.file.text, dsl as Scalar<string>, this.lines);
    const tell = ({ offset, message }: LalMistake): void => {
      this.problems.push({ file: this.file.file, rule: title, message, ...place.of(offset) });
    };
    try {
      const { run, mistakes } = compileScript(parseScript(dsl.value), OUTPUT_TYPES.get(outputType) ?? new Set());
      mistakes.forEach(tell);
      return run;
    } catch (error) {
      if (!(error instanceof LalMistake)) throw error;
      tell(error);
      return undefined;
    }
  }

  private isLayer(name: string): boolean {
    return name === AUTO || (LAYERS as readonly string[]).includes(name) || this.layers.some((layer) => layer.name === name);
  }

  private checkKeys(node: YAMLMap, rule: string, known: readonly string[]): void {
    for (const { key } of node.items as Pair[]) {
      const name = isScalar(key) ? String(key.value) : '?';
      if (known.includes(name)) continue;
      const near = nearest(name, known);
      this.tell(
        offsetOf(key),
        rule,
        `unknown key "${name.slice(0, 60)}"${near === undefined ? `; known: ${known.join(', ')}` : `; did you mean "${near}"?`}`,
      );
    }
  }

  private tell(offset: number, rule: string, message: string): void {
    const { line, col } = this.lines.linePos(offset);
    this.problems.push({ file: this.file.file, line: Math.max(1, line), column: Math.max(1, col), rule, message });
  }
}

function unknownLayer(name: string): string {
  const near = nearest(name, [...LAYERS, AUTO]);
  return `unknown layer "${name.slice(0, 60)}"${near === undefined ? '' : `; did you mean "${near}"?`}`;
}

function textAt(node: YAMLMap, key: string): string | undefined {
  const value = node.get(key);
  return typeof value === 'string' && value !== '' ? value : undefined;
}

const offsetOf = (node: unknown): number => (node as { readonly range?: readonly number[] | null } | undefined)?.range?.[0] ?? 0;
