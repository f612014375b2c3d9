// Writes gen/<name>-parser.js and .d.ts from every src/<language>/<name>.pegjs.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import peggy from 'peggy';

const here = dirname(fileURLToPath(import.meta.url));
const gen = join(here, 'gen');

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

mkdirSync(gen, { recursive: true });
for (const language of ['oal', 'mqe']) {
  const folder = join(here, 'src', language);
  for (const file of readdirSync(folder).filter((f) => f.endsWith('.pegjs'))) {
    const grammar = readFileSync(join(folder, file), 'utf8');
    const code = peggy.generate(grammar, { format: 'es', output: 'source', grammarSource: file });
    const name = `${basename(file, '.pegjs')}-parser`;
    writeFileSync(join(gen, `${name}.js`), code);
    writeFileSync(join(gen, `${name}.d.ts`), declarations);
  }
}
