import type { EntityModel, Field, FieldType, KeyedSums, MetricModel, MetricState, Model, RecordModel, Row, Value } from './models.js';

/** Largest size of a field that names none: 1 MiB. */
export const DEFAULT_MAX_BYTES = 1_048_576;
/** Largest id of an entity in UTF-8 bytes. */
export const MAX_ENTITY_ID_BYTES = 4096;

/** Of ES2024: Node.js has it, the compiler's library does not know it yet. */
interface WellFormedString {
  isWellFormed(): boolean;
}
/** Each text of each row is asked. A search for surrogates would look at all its characters; most texts have one byte each, and no surrogate. */
const isWellFormed = (text: string): boolean => (text as unknown as WellFormedString).isWellFormed();
/** Counts only texts that could be too long. */
const fits = (text: string, maxBytes: number): boolean => text.length * 3 <= maxBytes || Buffer.byteLength(text, 'utf8') <= maxBytes;

/**
 * Cuts a text to at most `maxBytes` of UTF-8 without splitting a character, and replaces lone surrogates by U+FFFD.
 * Meant for what people read (names, statements, messages); an id that is too long must be refused, since a cut one means something else.
 */
export function clip(text: string, maxBytes: number): string {
  const sound = isWellFormed(text) ? text : text.replace(/\p{Surrogate}/gu, '\uFFFD');
  if (fits(sound, maxBytes)) return sound;
  const bytes = Buffer.from(sound, 'utf8');
  let end = Math.max(0, Math.floor(maxBytes));
  while (end > 0 && (bytes[end]! & 0xc0) === 0x80) end--;
  return bytes.toString('utf8', 0, end);
}

type Fields = Readonly<Record<string, Field>>;

function checkText(text: unknown, maxBytes: number): string | undefined {
  if (typeof text !== 'string') return 'is not a string';
  if (!isWellFormed(text)) return 'has a lone surrogate';
  return fits(text, maxBytes) ? undefined : `is longer than ${maxBytes} bytes`;
}

function checkTexts(value: unknown, maxBytes: number): string | undefined {
  if (!Array.isArray(value)) return 'is not a list of strings';
  let units = 0;
  for (let i = 0; i < value.length; i++) {
    const reason = checkText(value[i], maxBytes);
    if (reason !== undefined) return `has an entry that ${reason}`;
    units += (value[i] as string).length;
  }
  return units * 3 <= maxBytes || bytesOf(value) <= maxBytes ? undefined : `is longer than ${maxBytes} bytes`;
}

function bytesOf(texts: readonly string[]): number {
  let bytes = 0;
  for (const text of texts) bytes += Buffer.byteLength(text, 'utf8');
  return bytes;
}

function checkJson(value: unknown, maxBytes: number): string | undefined {
  const reason = checkText(value, maxBytes);
  if (reason !== undefined) return reason;
  try {
    JSON.parse(value as string);
    return undefined;
  } catch {
    return 'is not JSON';
  }
}

/** Why a value does not fit a field. */
type ValueCheck = (value: Value) => string | undefined;

function checkOf({ type, maxBytes = DEFAULT_MAX_BYTES }: Field): ValueCheck {
  switch (type) {
    case 'string':
      return (value) => checkText(value, maxBytes);
    case 'int':
    case 'instant':
      return checkInteger;
    case 'double':
      return (value) => (Number.isFinite(value) ? undefined : 'is not a finite number');
    case 'bool':
      return checkBool;
    case 'strings':
      return (value) => checkTexts(value, maxBytes);
    case 'json':
      return (value) => checkJson(value, maxBytes);
    case 'bytes':
      return (value) => checkBytes(value, maxBytes);
  }
}

const checkInteger: ValueCheck = (value) => (Number.isSafeInteger(value) ? undefined : 'is not a safe integer');
const checkBool: ValueCheck = (value) => (typeof value === 'boolean' ? undefined : 'is not true or false');

function checkBytes(value: unknown, maxBytes: number): string | undefined {
  if (!(value instanceof Uint8Array)) return 'is not bytes';
  return value.byteLength <= maxBytes ? undefined : `is longer than ${maxBytes} bytes`;
}

/** By a model's fields, which never change. */
const checks = new WeakMap<Fields, ReadonlyMap<string, ValueCheck>>();

function checksOf(fields: Fields): ReadonlyMap<string, ValueCheck> {
  let found = checks.get(fields);
  if (found === undefined) {
    found = new Map(Object.entries(fields).map(([name, field]) => [name, checkOf(field)]));
    checks.set(fields, found);
  }
  return found;
}

function checkFields(fields: Fields, row: Row): string | undefined {
  const known = checksOf(fields);
  const names = Object.keys(row);
  for (let i = 0; i < names.length; i++) {
    const name = names[i]!;
    const check = known.get(name);
    if (check === undefined) return `${name.slice(0, 64)} is not a field`;
    const value = row[name];
    if (value === undefined || value === null) continue;
    const reason = check(value);
    if (reason !== undefined) return `${name} ${reason}`;
  }
  return undefined;
}

/** Why a row cannot be stored as a record of the model; undefined if it can. Null and undefined fields count as absent. Never throws. */
export function checkRecord(model: RecordModel, row: Row): string | undefined {
  if (typeof row[model.time] !== 'number') return `${model.time} is missing`;
  if (model.id !== undefined && typeof row[model.id] !== 'string') return `${model.id} is missing`;
  return checkFields(model.fields, row);
}

/** Why an update cannot be merged into an entity of the model; undefined if it can. Never throws. */
export function checkEntityUpdate(
  model: EntityModel,
  update: { readonly id: string; readonly at: number; readonly row: Row },
): string | undefined {
  const reason = checkText(update.id, MAX_ENTITY_ID_BYTES);
  if (reason !== undefined) return `id ${reason}`;
  if (!Number.isSafeInteger(update.at)) return 'at is not an instant';
  return checkFields(model.fields, update.row);
}

function checkTable(model: MetricModel, table: KeyedSums): string | undefined {
  if (model.table === undefined) return 'has a table';
  for (const [key, sums] of table) {
    const sound = model.table.key === 'int' ? Number.isSafeInteger(key) : typeof key === 'string' && isWellFormed(key);
    if (!sound) return 'has a malformed key';
    if (sums.length !== model.table.width) return `does not have ${model.table.width} sums for a key`;
    for (let i = 0; i < sums.length; i++) if (!Number.isFinite(sums[i])) return 'has a sum that is not finite';
  }
  return undefined;
}

/** Why a state is none of the model; undefined if it is one. Never throws. */
export function checkMetricState(model: MetricModel, state: MetricState): string | undefined {
  if (state.slots.length !== model.slots.length) return `does not have ${model.slots.length} slots`;
  for (let i = 0; i < state.slots.length; i++) if (!Number.isFinite(state.slots[i])) return `slot ${i} is not finite`;
  return state.table === undefined ? undefined : checkTable(model, state.table);
}

const TYPES: readonly unknown[] = ['string', 'int', 'double', 'bool', 'instant', 'strings', 'json', 'bytes'] satisfies FieldType[];
const MERGES: readonly unknown[] = ['first', 'last', 'min', 'max', 'union'] satisfies EntityModel['fields'][string]['merge'][];
const SLOTS: readonly unknown[] = ['sum', 'max', 'min', 'last'] satisfies MetricModel['slots'][number][];

/** What the compiler does not see of plugins in JavaScript. */
function checkFieldKinds(model: RecordModel | EntityModel): string | undefined {
  for (const [name, field] of Object.entries<Partial<EntityModel['fields'][string]>>(model.fields)) {
    if (!TYPES.includes(field.type)) return `field "${name}" has the unknown type ${String(field.type)}`;
    if (model.kind === 'entity' && !MERGES.includes(field.merge)) return `field "${name}" has the unknown merge ${String(field.merge)}`;
  }
  return undefined;
}

/** Why no backend can serve a model; undefined if it is sound. */
export function checkModel(model: Model): string | undefined {
  if (model.kind === 'metric') return checkMetricModel(model);
  const odd = checkFieldKinds(model);
  if (odd !== undefined) return odd;
  const missing = (name: string | undefined, type: string, use: string): string | undefined =>
    name !== undefined && model.fields[name]?.type !== type ? `${use} "${name}" is not a field of type ${type}` : undefined;
  const unknown = model.filter.find((name) => !Object.hasOwn(model.fields, name));
  if (unknown !== undefined) return `filter "${unknown}" is not a field`;
  if (model.kind === 'entity') {
    if (Object.hasOwn(model.fields, 'id')) return 'an entity has an id already: no field can be called "id"';
    const union = Object.keys(model.fields).find(
      (name) => (model.fields[name]!.merge === 'union') !== (model.fields[name]!.type === 'strings'),
    );
    return union === undefined
      ? missing(model.text, 'string', 'text')
      : `field "${union}": lists of strings, and only they, merge by union`;
  }
  return (
    missing(model.time, 'instant', 'time') ??
    missing(model.id, 'string', 'id') ??
    missing(model.group, 'string', 'group') ??
    missing(model.tags, 'strings', 'tags') ??
    missing(model.text, 'string', 'text') ??
    missing(model.body, 'bytes', 'body')
  );
}

function checkMetricModel({ slots, table, value }: MetricModel): string | undefined {
  const odd = checkMerges(slots, 'slot') ?? (table && checkTableModel(table));
  if (odd !== undefined) return odd;
  if (value === undefined) return undefined;
  const weights = [value.of, ...(Array.isArray(value.over) ? [value.over as readonly number[]] : [])];
  if (weights.some((w) => w.length !== slots.length)) return `its value does not have ${slots.length} weights`;
  return undefined;
}

function checkMerges(merges: MetricModel['slots'], what: string): string | undefined {
  const odd = merges.find((merge) => !SLOTS.includes(merge));
  if (odd !== undefined) return `a ${what} has the unknown merge ${String(odd)}`;
  const lost = merges.findIndex((merge, i) => merge === 'last' && merges[i + 1] !== 'max');
  return lost < 0 ? undefined : `${what} ${lost} is a "last" whose time is not in a "max" ${what} after it`;
}

function checkTableModel({ key, width, maxKeys, merge }: NonNullable<MetricModel['table']>): string | undefined {
  if (!(width >= 1 && maxKeys >= 1)) return 'its table holds nothing';
  if (merge === undefined) return undefined;
  if (key !== 'string') return 'its table has numbers for keys, which merge by sums only';
  return merge.length === width ? checkMerges(merge, 'column of its table') : `its table does not have ${width} merges`;
}
