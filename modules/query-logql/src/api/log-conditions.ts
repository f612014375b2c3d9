import type { LogFilter } from '@skein/query/contract';
import { endpointId, instanceId, serviceId } from '@skein/telemetry';
import type { LogsExpression, Matcher } from '../logql/syntax-tree.js';
import { refuse } from './api-error.js';

/** Labels that say where a log comes from; every other is a key of a tag. */
export const ENTITY_LABELS = ['service', 'service_instance', 'endpoint', 'trace_id'] as const;
type EntityLabel = (typeof ENTITY_LABELS)[number];
const isEntityLabel = (label: string): label is EntityLabel => (ENTITY_LABELS as readonly string[]).includes(label);

/** Characters that mean something in a regular expression. */
const PATTERN_SIGNS = /[\\^$.|?*+()[\]{}]/;

export type LogConditions = Pick<LogFilter, 'serviceId' | 'instanceId' | 'endpointId' | 'traceId' | 'tags' | 'include' | 'exclude'>;

/** What an expression asks of logs. Throws ApiError for what cannot be asked. */
export function logConditions({ matchers, filters }: LogsExpression): LogConditions {
  const entity = new Map<EntityLabel, string>();
  const tags: string[] = [];
  for (const matcher of matchers) {
    const { label } = matcher;
    const value = wanted(matcher);
    if (value === undefined) continue;
    if (!isEntityLabel(label)) tags.push(`${label}=${value}`);
    else if ((entity.get(label) ?? value) === value) entity.set(label, value);
    else refuse(`the label ${label} cannot be two values at once`);
  }
  for (const { op } of filters) {
    if (op === '|~' || op === '!~')
      refuse(`the line filter ${op} is not supported; use |= for texts that are there, != for those that are not`);
  }
  const texts = (op: string): readonly string[] => filters.filter((f) => f.op === op && f.text !== '').map(({ text }) => text);
  return { ...entityConditions(entity), tags, include: texts('|='), exclude: texts('!=') };
}

/** The id of the service that an expression names; undefined when it names none. Throws ApiError. */
export const serviceOf = (expression: LogsExpression): string | undefined => logConditions(expression).serviceId;

function entityConditions(entity: ReadonlyMap<EntityLabel, string>): Partial<LogConditions> {
  const service = entity.get('service');
  const instance = entity.get('service_instance');
  const endpoint = entity.get('endpoint');
  const traceId = entity.get('trace_id');
  const ofService = (label: EntityLabel): string =>
    service === undefined ? refuse(`the label ${label} needs the label service, too`) : serviceId(service, true);
  return {
    ...(service !== undefined && { serviceId: serviceId(service, true) }),
    ...(instance !== undefined && { instanceId: instanceId(ofService('service_instance'), instance) }),
    ...(endpoint !== undefined && { endpointId: endpointId(ofService('endpoint'), endpoint) }),
    ...(traceId !== undefined && { traceId }),
  };
}

/** The value that a label must have; undefined for any. Dashboards send a blank, `*` or `.*` where all are chosen. */
function wanted({ label, op, value }: Matcher): string | undefined {
  const given = value.trim();
  if (op === '=') return given === '' || given === '*' ? undefined : value;
  if (op === '=~') {
    if (given === '' || given === '*' || given === '.*' || given === '.+') return undefined;
    if (!PATTERN_SIGNS.test(value)) return value;
  }
  return refuse(`the matcher ${label}${op}"…" is not supported; labels are compared with =, and =~ takes ".*", ".+" and plain texts`);
}
