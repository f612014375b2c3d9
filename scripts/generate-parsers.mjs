// Writes gen/<name>-parser.js and .d.ts of a package from every <name>.pegjs in the folders that it names.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import peggy from 'peggy';

/** What every parser exports. The caller knows the shape of its own tree. */
const declarations = `export interface ParserLocation {
  readonly offset: number;
  readonly line: number;
  readonly column: number;
}
export interface ParserExpectation {
  readonly type: 'literal' | 'class' | 'any' | 'end' | 'pattern' | 'other';
  readonly text?: string;
  readonly description?: string;
}
export declare class SyntaxError extends globalThis.Error {
  readonly expected: readonly ParserExpectation[] | null;
  readonly found: string | null;
  readonly location: { readonly start: ParserLocation; readonly end: ParserLocation };
}
/** Throws {@link SyntaxError}. \`startRule\` must be among the grammar's allowed start rules. */
export declare function parse(input: string, options?: { readonly grammarSource?: string; readonly startRule?: string }): unknown;
`;

/** `folders`: below the package's src/. */
export function generateParsers(packageRoot, folders) {
  const gen = join(packageRoot, 'gen');
  mkdirSync(gen, { recursive: true });
  for (const folder of folders.map((name) => join(packageRoot, 'src', name))) {
    for (const file of readdirSync(folder).filter((f) => f.endsWith('.pegjs'))) {
      const code = peggy.generate(readFileSync(join(folder, file), 'utf8'), { format: 'es', output: 'source', grammarSource: file });
      const name = `${basename(file, '.pegjs')}-parser`;
      writeFileSync(join(gen, `${name}.js`), code);
      writeFileSync(join(gen, `${name}.d.ts`), declarations);
    }
  }
}
