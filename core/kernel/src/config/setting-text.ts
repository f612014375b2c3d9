export type SettingPath = readonly (string | number)[];

const LONGEST = 60;

/** `modules.grpc-server.listeners.grpc.port`, `modules["@acme/x"].rules[2]`: the way a setting is named in every message. */
export function settingName(subject: string, path: SettingPath): string {
  let name = subject;
  for (const key of path) {
    if (typeof key === 'number') name += `[${key}]`;
    else if (/^[\w-]+$/.test(key)) name += name === '' ? key : `.${key}`;
    else name += `[${JSON.stringify(clip(key))}]`;
  }
  return name;
}

/** What was written, short enough for a message: `(got "abc")`, `(got "abc" from PORT)` when variables gave it. */
export function got(value: unknown, variables: readonly string[] = []): string {
  const source = variables.length === 0 ? '' : ` from ${variables.join(', ')}`;
  if (value === null || value === undefined) return '(got nothing)';
  if (Array.isArray(value)) return `(got a list of ${value.length})`;
  if (typeof value === 'object') return '(got a map)';
  return `(got ${typeof value === 'string' ? JSON.stringify(clip(value)) : String(value)}${source})`;
}

const clip = (text: string): string => (text.length > LONGEST ? `${text.slice(0, LONGEST)}...` : text);
