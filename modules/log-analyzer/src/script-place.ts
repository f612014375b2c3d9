import type { LineCounter, Scalar } from 'yaml';

/** Where the characters of a script stand in the YAML file around it. */
export class ScriptPlace {
  private readonly line: number;
  private readonly column: number;

  constructor(
    text: string,
    private readonly script: Scalar<string>,
    lines: LineCounter,
  ) {
    const from = script.range?.[0] ?? 0;
    const { line, col } = lines.linePos(from);
    if (script.type === 'BLOCK_LITERAL') {
      // The script begins on the line after the sign, and every line of it has the same indentation.
      const indented = text.slice(from).split('\n').slice(1);
      this.line = line + 1;
      this.column =
        (indented.find((each) => each.trim() !== '')?.search(/\S/) ?? 0) - (script.value.search(/[^\n ]/) - lineStart(script.value)) + 1;
    } else {
      this.line = line;
      this.column = col + (script.type === 'PLAIN' ? 0 : 1);
    }
  }

  /** Line and column in the file of an offset in the script; of scripts that are not block literals, exact for their first line. */
  of(offset: number): { readonly line: number; readonly column: number } {
    // The end of a script is behind its last word, not on the line after.
    const before = this.script.value.slice(0, Math.min(offset, this.script.value.trimEnd().length));
    const start = before.lastIndexOf('\n') + 1;
    const down = before.split('\n').length - 1;
    const indent = down === 0 || this.script.type === 'BLOCK_LITERAL' ? this.column : 1;
    return { line: this.line + down, column: offset - start + indent };
  }
}

/** Where the line of the first word begins. */
const lineStart = (text: string): number => text.slice(0, Math.max(0, text.search(/[^\n ]/))).lastIndexOf('\n') + 1;
