import { type Contributed, nearest } from '@skein/core';
import type { SourceDefinition } from '@skein/telemetry';
import type { EntityModel, RecordModel } from '@skein/telemetry/storage';

/** What `listMetrics` may say of a scope; anything else would be a metric that no client asks for rightly. Source: analysis.md 3.1. */
const CATALOGS: readonly string[] = [
  'ALL',
  'SERVICE',
  'SERVICE_INSTANCE',
  'ENDPOINT',
  'SERVICE_RELATION',
  'SERVICE_INSTANCE_RELATION',
  'ENDPOINT_RELATION',
  'PROCESS',
  'PROCESS_RELATION',
];

/** Finds sources whose metrics nobody could read: of a scope that no entity model has, or of an unknown catalog. Throws with all of them. */
export function checkSources(sources: readonly Contributed<SourceDefinition>[], models: readonly (RecordModel | EntityModel)[]): void {
  const scopes = models.filter(({ kind }) => kind === 'entity').map(({ name }) => name);
  const mistakes = sources.flatMap(({ module, value: { name, scope, catalog } }) => [
    ...unknown(`source "${name}" of ${module} has the scope`, scope, scopes, 'contribute an entity model of that name to StorageModels'),
    ...unknown(`source "${name}" of ${module} has the catalog`, catalog, CATALOGS, `use one of ${CATALOGS.join(', ')}`),
  ]);
  if (mistakes.length > 0) throw new Error(mistakes.join('\n'));
}

function unknown(what: string, word: string, known: readonly string[], advice: string): string[] {
  if (known.includes(word)) return [];
  const guess = nearest(word, known);
  return [`${what} "${word}", which there is not; ${guess === undefined ? advice : `did you mean "${guess}"?`}`];
}
