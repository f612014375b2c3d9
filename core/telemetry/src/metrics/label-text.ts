/** What a reader of label texts takes for the name of a label. */
const OTHER_IN_NAME = /[^A-Za-z0-9_.]/g;
/** A comma in a value that a reader would take for the end of the value. */
const MISLEADING_COMMA = /,(?=[A-Za-z0-9_.]+=)/g;

/**
 * A label set as text, `{pool=main,status=busy}`, by which tables are keyed: names in the order of code units, so equal sets have equal texts.
 * Characters that no label name has in an expression become `_`, a name without any is `_`, and a comma before what looks like a further label
 * becomes `;`.
 */
export function formatLabels(labels: ReadonlyMap<string, string>): string {
  if (labels.size === 0) return '{}';
  const parts: string[] = [];
  for (const [name, value] of labels) {
    parts.push(
      `${name === '' ? '_' : name.replace(OTHER_IN_NAME, '_')}=${value.includes(',') ? value.replace(MISLEADING_COMMA, ';') : value}`,
    );
  }
  return `{${parts.length === 1 ? parts[0] : parts.sort().join(',')}}`;
}

/** The key of one bucket of a histogram that has labels: `bound` in ms as text, then the label set without `le`. */
export const bucketKey = (bound: string, labels: string): string => (labels === '{}' ? bound : `${bound}${labels}`);

/** Splits what {@link bucketKey} made. NaN as bound where the text is none. */
export function parseBucketKey(key: string): { readonly bound: number; readonly labels: string } {
  const at = key.indexOf('{');
  return at < 0 ? { bound: Number(key), labels: '{}' } : { bound: Number(key.slice(0, at)), labels: key.slice(at) };
}

/** Adds a label at the end of a label set's text. */
export const withLabel = (labels: string, name: string, value: string): string =>
  labels === '{}' ? `{${name}=${value}}` : `${labels.slice(0, -1)},${name}=${value}}`;
