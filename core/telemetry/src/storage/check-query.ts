import { InvalidQueryError } from './errors.js';
import type { EntityModel } from './models.js';
import type { Condition } from './query.js';
import type { Storage } from './storage.js';

const refuse = (reason: string): never => {
  throw new InvalidQueryError(reason);
};
const checkCount = (name: string, count: number): void => {
  if (!Number.isSafeInteger(count) || count < 0) refuse(`${name} must be a whole number, not ${count}`);
};

/** @throws InvalidQueryError if a condition is on a field that the model cannot be filtered by. */
function checkWhere(
  model: { readonly name: string; readonly filter: readonly string[]; readonly text?: string },
  where: readonly Condition[] = [],
): void {
  const field = where.map(([name]) => name).find((name) => name !== model.text && !model.filter.includes(name));
  if (field !== undefined) refuse(`${model.name} cannot be filtered by "${field}"`);
}

/** @throws InvalidQueryError if the query asks for what its model does not offer. */
export function checkRecordQuery(query: Parameters<Storage['records']>[0]): void {
  const { model, order, distinct, tags, text } = query;
  checkCount('offset', query.offset);
  checkCount('limit', query.limit);
  checkWhere(model, query.where);
  if (order && order.by !== model.time && !model.order?.includes(order.by)) refuse(`${model.name} cannot be ordered by "${order.by}"`);
  if (distinct !== undefined && !model.filter.includes(distinct)) refuse(`${model.name} has no distinct "${distinct}"`);
  if (tags?.length && model.tags === undefined) refuse(`${model.name} has no tags`);
  if ((text?.include?.length || text?.exclude?.length) && model.text === undefined) refuse(`${model.name} has no text to search`);
}

/** @throws InvalidQueryError if the query asks for what its model does not offer. */
export function checkEntityQuery(query: Parameters<Storage['entities']>[0]): void {
  const { model, order } = query;
  checkCount('limit', query.limit);
  checkWhere(model, query.where);
  if (order && order.by !== 'id' && !model.filter.includes(order.by)) refuse(`${model.name} cannot be ordered by "${order.by}"`);
}

/** `scope`: the model of the metric's scope, if the store has it. @throws InvalidQueryError if its rows cannot be filtered so. */
export function checkRankQuery(query: Parameters<Storage['rank']>[0], scope: EntityModel | undefined): void {
  checkCount('limit', query.limit);
  if (!query.where?.length) return;
  if (scope === undefined) refuse(`the scope ${query.metric.scope} has no rows to filter`);
  else checkWhere(scope, query.where);
}
