/**
 * Labels from their text, `{p=50,n=a}`. A text without braces is the value of the label `_`, as older data has it.
 * Values may hold commas, so a comma separates only before a further `key=`.
 */
export function parseLabels(text: string): ReadonlyMap<string, string> {
  if (!text.startsWith('{') || !text.endsWith('}')) return new Map([['_', text]]);
  const labels = new Map<string, string>();
  for (const part of text.slice(1, -1).split(/,(?=[A-Za-z0-9_.]+=)/)) {
    const at = part.indexOf('=');
    if (at > 0) labels.set(part.slice(0, at), part.slice(at + 1));
  }
  return labels;
}
