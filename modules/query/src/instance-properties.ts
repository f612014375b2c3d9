import { parseMemberId } from '@skein/telemetry';
import type { Row } from '@skein/telemetry/storage';
import type { Instance } from './contract/metadata.js';

const LANGUAGES: ReadonlySet<string> = new Set(['JAVA', 'DOTNET', 'NODEJS', 'PYTHON', 'RUBY', 'GO', 'LUA', 'PHP']);

/** The protocol's name of a language as an agent reports it: in any case, `.net` for DOTNET. */
function languageNamed(text: string): string {
  const name = text.toUpperCase();
  if (name === '.NET') return 'DOTNET';
  return LANGUAGES.has(name) ? name : 'UNKNOWN';
}

function properties(json: unknown): ReadonlyArray<readonly [string, unknown]> {
  if (typeof json !== 'string') return [];
  try {
    const value: unknown = JSON.parse(json);
    return typeof value === 'object' && value !== null ? Object.entries(value) : [];
  } catch {
    // A row that another version wrote must not hide the instance.
    return [];
  }
}

/** An instance from its row. The property `language` is taken out of the attributes. */
export function instanceOf(row: Row & { readonly id: string }): Instance {
  const all = properties(row.properties);
  const language = all.find(([name]) => name === 'language')?.[1];
  return {
    id: row.id,
    name: typeof row.name === 'string' ? row.name : (parseMemberId(row.id)?.name ?? ''),
    language: languageNamed(typeof language === 'string' ? language : ''),
    attributes: all.filter(([name]) => name !== 'language').map(([name, value]) => ({ name, value: String(value) })),
  };
}
