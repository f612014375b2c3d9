/** Below the size of the fields of the process model, 64 KiB, with room for brackets. */
const MOST_BYTES = 60_000;

/** A JSON text, and how many entries had no room in it. */
export interface BoundedJson {
  readonly text: string;
  readonly leftOut: number;
}

const bytesOf = (text: string): number => Buffer.byteLength(JSON.stringify(text)) + 1;

/** A JSON object of texts. Of repeated keys the last counts; what does not fit into 60 kB is left out. */
export function propertiesJson(properties: ReadonlyArray<{ readonly key: string; readonly value: string }>): BoundedJson {
  // Not an object literal: `__proto__` is a key like any other.
  const byKey = new Map<string, string>();
  let room = MOST_BYTES;
  let leftOut = 0;
  for (const { key, value } of properties) {
    room -= bytesOf(key) + bytesOf(value);
    if (room < 0) leftOut++;
    else byKey.set(key, value);
  }
  return { text: JSON.stringify(Object.fromEntries(byKey)), leftOut };
}

/** A JSON list of distinct texts. What does not fit into 60 kB is left out. */
export function labelsJson(labels: readonly string[]): BoundedJson {
  const kept = new Set<string>();
  let room = MOST_BYTES;
  let leftOut = 0;
  for (const label of labels) {
    if (kept.has(label)) continue;
    room -= bytesOf(label);
    if (room < 0) leftOut++;
    else kept.add(label);
  }
  return { text: JSON.stringify([...kept]), leftOut };
}
