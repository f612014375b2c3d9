import { execFile } from 'node:child_process';
import { dirname, relative, sep } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

/** What Node prints of an error that it met while parsing: place and line, the line itself, carets under the mistake. */
const PARSED = /^(\S[^\n]*?):(\d+)\r?\n[^\n]*\n([ \t]*)\^/;
const LONGEST_MS = 5_000;
const FRAME = /(?:\(|at (?:async )?)((?:file:|\/|[A-Za-z]:\\)[^\n()]*?):(\d+):(\d+)\)?$/;

/** Where a file that could not be imported is wrong, `plugins/p.js:12:5`; undefined when nothing says it. */
export async function loadPlace(error: unknown, file: string, cwd: string): Promise<string | undefined> {
  const known = parsedPlace(stackOf(error), cwd) ?? stackPlace(error, file, cwd);
  if (known !== undefined || (error as { readonly name?: unknown } | undefined)?.name !== 'SyntaxError') return known;
  return parsedPlace(await complaintOf(file), cwd);
}

function parsedPlace(text: string, cwd: string): string | undefined {
  const [, path, line, indent] = PARSED.exec(text) ?? [];
  return path === undefined ? undefined : place(pathOf(path), line!, String(indent!.length + 1), cwd);
}

/**
 * What a process of its own says of the file: Node tells the place of a syntax error only when nobody catches it. A static import runs
 * nothing when a file below it cannot be parsed.
 */
function complaintOf(file: string): Promise<string> {
  const program = `import ${JSON.stringify(pathToFileURL(file).href)};`;
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      ['--input-type=module', '-e', program],
      { timeout: LONGEST_MS, maxBuffer: 2 ** 20 },
      (_error, _stdout, stderr) => resolve(stderr),
    );
  });
}

/** The first line of an error's stack that is in the module's file, or else beside it; undefined when there is none. */
export function stackPlace(error: unknown, file: string, cwd: string): string | undefined {
  const frames = framesOf(stackOf(error));
  const beside = `${dirname(file)}${sep}`;
  const frame =
    frames.find(({ path }) => path === file) ??
    frames.find(({ path }) => path.startsWith(beside) && !isForeign(path.slice(beside.length - 1)));
  return frame && place(frame.path, frame.line, frame.column, cwd);
}

const stackOf = (error: unknown): string => {
  const stack = typeof error === 'object' && error !== null && 'stack' in error ? error.stack : undefined;
  return typeof stack === 'string' ? stack : '';
};

function framesOf(stack: string) {
  return stack.split('\n').flatMap((line) => {
    const match = FRAME.exec(line.trimEnd());
    return match === null ? [] : [{ path: pathOf(match[1]!), line: match[2]!, column: match[3]! }];
  });
}

/** What was installed is no plugin's own code. */
const isForeign = (path: string): boolean => path.includes(`${sep}node_modules${sep}`);

const pathOf = (text: string): string => (text.startsWith('file:') ? fileURLToPath(text.replace(/[?#].*$/, '')) : text);

function place(path: string, line: string, column: string, cwd: string): string {
  const short = relative(cwd, path);
  return `${short.startsWith('..') ? path : short}:${line}:${column}`;
}
