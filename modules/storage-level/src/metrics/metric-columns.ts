import type { MetricModel } from '@skein/telemetry/storage';
import type { Database } from '../level/database.js';
import { metaKey } from '../level/keys.js';

/** One metric that ever had a column. A metric of the same name with another signature or shape has another column. */
interface Column {
  readonly column: number;
  readonly scope: string;
  readonly name: string;
  readonly signature: string;
  readonly slots: MetricModel['slots'];
  readonly table?: MetricModel['table'];
}

const KEY = metaKey('metric-columns');

const identity = ({ scope, name, signature, slots, table }: Omit<Column, 'column'>): string =>
  JSON.stringify([scope, name, signature, slots, table ? [table.key, table.width, ...(table.merge ?? [])] : null]);

/** Numbers of metrics in stored rows: given once, durable before they are used, never given again. */
export class MetricColumns {
  readonly #database: Database;
  readonly #columns: Column[] = [];
  readonly #numbers = new Map<string, number>();
  readonly #models = new Map<number, MetricModel>();
  readonly #known = new WeakMap<MetricModel, number>();
  #saving: Promise<void> = Promise.resolve();

  constructor(database: Database) {
    this.#database = database;
  }

  load(): void {
    const bytes = this.#database.getSync(KEY);
    if (bytes !== undefined) for (const column of JSON.parse(bytes.toString('utf8')) as Column[]) this.#add(column);
  }

  /** The number of a metric; undefined when it has none yet. */
  of(model: MetricModel): number | undefined {
    const known = this.#known.get(model) ?? this.#numbers.get(identity(model));
    if (known !== undefined) this.#known.set(model, known);
    return known;
  }

  /** How to merge a column. */
  model(column: number): MetricModel | undefined {
    return this.#models.get(column);
  }

  /** Gives numbers to those that have none; resolves when they are durable. */
  async assign(models: readonly MetricModel[]): Promise<void> {
    this.#saving = this.#saving.catch(() => undefined).then(() => this.#assign(models));
    await this.#saving;
  }

  async #assign(models: readonly MetricModel[]): Promise<void> {
    const added: Column[] = [];
    for (const model of models) {
      if (this.of(model) !== undefined || added.some((column) => identity(column) === identity(model))) continue;
      const { scope, name, signature, slots, table } = model;
      const column = this.#columns.length + added.length + 1;
      added.push({ column, scope, name, signature, slots, ...(table && { table }) });
    }
    if (added.length === 0) return;
    const batch = this.#database.batch();
    batch.put(KEY, Buffer.from(JSON.stringify([...this.#columns, ...added])));
    await batch.write({ sync: true });
    for (const column of added) this.#add(column);
  }

  #add(column: Column): void {
    this.#columns.push(column);
    this.#numbers.set(identity(column), column.column);
    const { name, scope, signature, slots, table } = column;
    this.#models.set(column.column, { kind: 'metric', name, scope, signature, slots, ...(table && { table }) });
  }
}
