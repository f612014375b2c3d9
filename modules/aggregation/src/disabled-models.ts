import { type Logger, nearest } from '@skein/core';

/** SkyWalking's names of what is stored here under another name. Source: analysis.md 3.4. */
const OTHER_NAMES: ReadonlyMap<string, string> = new Map([
  ['service_traffic', 'service'],
  ['instance_traffic', 'service_instance'],
  ['endpoint_traffic', 'endpoint'],
  ['endpoint_relation_server_side', 'endpoint_relation'],
]);

/** The models among the names that are switched off. Warns of names that nothing has: a slip would otherwise go unnoticed. */
export function disabledModels(
  names: readonly string[],
  models: readonly { readonly name: string }[],
  logger: Logger,
): ReadonlySet<string> {
  const known = new Set(models.map(({ name }) => name));
  const disabled = new Set<string>();
  for (const name of names) {
    const model = OTHER_NAMES.get(name) ?? name;
    if (known.has(model)) disabled.add(model);
    else logger.warn(`disable: there is no "${name}"${hint(nearest(name, known))}`);
  }
  return disabled;
}

const hint = (near: string | undefined): string => (near === undefined ? '' : `; did you mean "${near}"?`);
