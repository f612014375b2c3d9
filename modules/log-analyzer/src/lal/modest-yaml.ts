/** Entries of lists and objects, and how deep they nest on one line. Far above any log; reading a thousand levels takes seconds. */
const MOST_ENTRIES = 2000;
const DEEPEST = 32;

/** Whether a text, should it be YAML, has few enough entries and levels to be read. Signs in quotes count like others. */
export function isModestYaml(text: string): boolean {
  let entries = 0;
  let depth = 0;
  let dashes = 0;
  for (let at = 0; at < text.length; at++) {
    const sign = text[at]!;
    if (sign === '\n') dashes = 0;
    else if (sign === '[' || sign === '{') depth++;
    else if ((sign === ']' || sign === '}') && depth > 0) depth--;
    else if ((sign === '-' || sign === '?') && (text[at + 1] === ' ' || text[at + 1] === '\t')) dashes++;
    else if (sign !== ':' && sign !== ',') continue;
    if (++entries > MOST_ENTRIES || depth > DEEPEST || dashes > DEEPEST) return false;
  }
  return true;
}
