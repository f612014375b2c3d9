/**
 * An upper bound of how deeply a YAML text nests, found without parsing: parsers recurse, and a text of brackets alone can exhaust the
 * stack of the process. Counts open brackets, leading dashes and growing indentation; brackets inside texts count too, which only
 * makes the bound larger. Stops counting at `limit`.
 */
export function nestingBound(yaml: string, limit: number): number {
  const indents: number[] = [];
  let brackets = 0;
  let deepest = 0;
  for (const line of yaml.split('\n')) {
    const lead = /^[\s?:-]*/.exec(line)![0];
    if (lead.length === line.length && !/[-?:]/.test(lead)) continue;
    const indent = lead.search(/[^ ]|$/);
    while (indents.length > 0 && indents.at(-1)! >= indent) indents.pop();
    indents.push(indent);
    const marks = lead.replace(/\s/g, '').length;
    deepest = Math.max(deepest, indents.length + marks + brackets);
    for (const c of line) {
      if (c === '[' || c === '{') deepest = Math.max(deepest, indents.length + marks + ++brackets);
      else if ((c === ']' || c === '}') && brackets > 0) brackets--;
    }
    if (deepest >= limit) return limit;
  }
  return deepest;
}
