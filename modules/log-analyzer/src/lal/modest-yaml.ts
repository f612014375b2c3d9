/**
 * Entries of lists and objects, how deep they nest on one line, and tags, anchors and brackets that close nothing. The time that reading takes grows with the square of
 * each of them: a thousand levels, or tags, take a second.
 */
const MOST_ENTRIES = 500;
const DEEPEST = 32;
const MOST_MARKS = 50;
const COUNTED: ReadonlySet<string> = new Set([':', ',', '"', "'"]);

/** Whether a text, should it be YAML, has few enough entries and levels to be read. Signs in quotes count like others. */
export function isModestYaml(text: string): boolean {
  let entries = 0;
  let depth = 0;
  let dashes = 0;
  let marks = 0;
  for (let at = 0; at < text.length; at++) {
    const sign = text[at]!;
    if (sign === '\n') dashes = 0;
    else if (sign === '!' || sign === '&' || sign === '*') marks++;
    else if (sign === '[' || sign === '{') depth++;
    else if (sign === ']' || sign === '}') {
      if (depth > 0) depth--;
      else marks++;
    } else if ((sign === '-' || sign === '?') && (text[at + 1] === ' ' || text[at + 1] === '\t')) dashes++;
    else if (!COUNTED.has(sign)) continue;
    if (++entries > MOST_ENTRIES || depth > DEEPEST || dashes > DEEPEST || marks > MOST_MARKS) return false;
  }
  return true;
}
