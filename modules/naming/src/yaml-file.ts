import { readFile, stat } from 'node:fs/promises';
import type { Problem } from '@skein/core/host';
import { isAlias, isMap, isScalar, isSeq, LineCounter, type Node, parseDocument } from 'yaml';

/** A file longer than this is none of rules, bytes. */
const LONGEST = 8 * 1024 * 1024;

/** A part of a YAML file, with its place. */
export class YamlPart {
  constructor(
    private readonly file: YamlFile,
    private readonly node: Node | null | undefined,
  ) {}

  /** Records a problem at this place. */
  problem(message: string, fix?: string): void {
    this.file.problem(this.node?.range?.[0], message, fix);
  }

  get isAbsent(): boolean {
    return this.node === undefined || this.node === null || (isScalar(this.node) && this.node.value === null);
  }

  /** The text of a scalar; undefined if it is none. */
  text(): string | undefined {
    return isScalar(this.node) && typeof this.node.value === 'string' ? this.node.value : undefined;
  }

  /** The items of a list; undefined, and a problem, if it is none. */
  items(): readonly YamlPart[] | undefined {
    if (isSeq(this.node)) return this.node.items.map((item) => new YamlPart(this.file, this.file.resolve(item)));
    this.problem('must be a list');
    return undefined;
  }

  /** The entries of a map; undefined, and a problem, if it is none. */
  entries(): ReadonlyMap<string, YamlPart> | undefined {
    if (!isMap(this.node)) {
      this.problem('must be a map');
      return undefined;
    }
    return new Map(
      this.node.items.map(({ key, value }) => [
        String(isScalar(key) ? key.value : key),
        new YamlPart(this.file, this.file.resolve(value) ?? (key as Node)),
      ]),
    );
  }
}

/** A YAML file of rules; what is wrong with it is gathered as problems with line and column. */
export class YamlFile {
  private readonly lines = new LineCounter();
  private readonly document;

  private constructor(
    readonly path: string,
    text: string,
    private readonly problems: Problem[],
  ) {
    this.document = parseDocument(text, { lineCounter: this.lines, prettyErrors: false });
    for (const error of this.document.errors.slice(0, 5)) this.problem(error.pos[0], `is no valid YAML: ${error.message}`);
  }

  /** Undefined, and a problem, when the file cannot be read. */
  static async read(path: string, problems: Problem[]): Promise<YamlFile | undefined> {
    try {
      const { size } = await stat(path);
      if (size <= LONGEST) return new YamlFile(path, await readFile(path, 'utf8'), problems);
      problems.push({ at: path, subject: 'the file', message: `is longer than ${LONGEST} bytes` });
    } catch (error) {
      problems.push({
        at: path,
        subject: 'the file',
        message: `cannot be read: ${error instanceof Error ? error.message : String(error)}`,
      });
    }
    return undefined;
  }

  get root(): YamlPart {
    return new YamlPart(this, this.document.contents as Node | null);
  }

  /** False when it is no YAML at all. */
  get isValid(): boolean {
    return this.document.errors.length === 0;
  }

  /** The node that an alias stands for. Rules are read to a fixed depth, so aliases cannot multiply. */
  resolve(node: unknown): Node | null | undefined {
    return (isAlias(node) ? node.resolve(this.document) : node) as Node | null | undefined;
  }

  problem(offset: number | undefined, message: string, fix?: string): void {
    const { line, col } = this.lines.linePos(offset ?? 0);
    this.problems.push({
      at: `${this.path}:${line}:${col}`,
      subject: 'endpoint grouping',
      message,
      ...(fix !== undefined && { fix }),
    });
  }
}
