import { EnvText, type SubstitutedVariable } from './env-text.js';

export type Environment = Readonly<Record<string, string | undefined>>;

const VARIABLE = /^[A-Za-z_][A-Za-z0-9_]*$/;
/** `$${` writes a literal `${`. A substitution ends at the first closing brace. */
const TOKEN = /\$\$\{|\$\{([^}]*)\}?/g;

/**
 * Replaces `${NAME}` and `${NAME:default}` in a scalar; several may stand in one text. An empty variable counts as not set when there
 * is a default, because container tools pass unset variables as empty ones. A default in quotes loses them, so `${NAME:""}` is empty.
 * Text without a substitution stays a plain string.
 */
export function substitute(text: string, env: Environment): string | EnvText {
  if (!text.includes('${')) return text;
  const missing: string[] = [];
  const variables: SubstitutedVariable[] = [];
  let mistake: string | undefined;
  const result = text.replace(TOKEN, (token, inner: string | undefined) => {
    if (inner === undefined) return '${';
    const colon = inner.indexOf(':');
    const name = colon < 0 ? inner : inner.slice(0, colon);
    const fallback = colon < 0 ? undefined : unquote(inner.slice(colon + 1));
    if (!token.endsWith('}')) mistake ??= `has a substitution without its closing brace: ${clip(token)}`;
    else if (!VARIABLE.test(name)) mistake ??= `has ${clip(token)}, which names no variable`;
    else if (fallback?.includes('${')) mistake ??= `has a substitution inside the default of another: ${clip(token)}`;
    const set = Object.hasOwn(env, name) ? env[name] : undefined;
    if (set !== undefined && (set !== '' || fallback === undefined)) {
      variables.push({ name, from: 'environment' });
      return set;
    }
    if (fallback === undefined) missing.push(name);
    else variables.push({ name, from: 'default' });
    return fallback ?? '';
  });
  if (mistake !== undefined) return new EnvText(text, [], [], mistake);
  return missing.length + variables.length > 0 ? new EnvText(result, missing, variables) : result;
}

const unquote = (text: string): string => (/^(".*"|'.*')$/.test(text) ? text.slice(1, -1) : text);
const clip = (text: string): string => (text.length > 60 ? `${text.slice(0, 60)}...` : text);

/** Characters that end or change an unquoted YAML text, and the private ones that stand for them while YAML is parsed. */
const SPECIAL = '{}[],:#';
const FIRST_PRIVATE = 0xf8e0;

/** True when a text holds one of the private characters, so that it cannot be shielded. */
export const holdsPrivate = (text: string): boolean => /[\uf8e0-\uf8e6]/.test(text);

/**
 * Lets `{ port: ${PORT:12800} }` be parsed: braces, brackets, commas, colons and hashes inside a substitution become private characters
 * of the same length, so that positions stay.
 */
export const shield = (yaml: string): string =>
  yaml.replace(/\$\{[^}\n]*\}/g, (token) =>
    token.replace(/[{}[\],:#]/g, (special) => String.fromCharCode(FIRST_PRIVATE + SPECIAL.indexOf(special))),
  );

export const unshield = (text: string): string => text.replace(/[\uf8e0-\uf8e6]/g, (c) => SPECIAL[c.charCodeAt(0) - FIRST_PRIVATE]!);
