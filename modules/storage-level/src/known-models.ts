import { checkModel, type EntityModel, type Model, type RecordModel } from '@skein/telemetry/storage';
import type { Database } from './level/database.js';
import { metaKey } from './level/keys.js';

const KEY = metaKey('models');

/**
 * Models of records and entities: those of this host, and those of earlier ones whose data is still there. So data of a module that
 * was switched off still ages, and its journal entries are not lost.
 */
export class KnownModels {
  readonly #records = new Map<string, RecordModel>();
  readonly #entities = new Map<string, EntityModel>();
  #saving: Promise<void> = Promise.resolve();

  load(database: Database): void {
    const bytes = database.getSync(KEY);
    if (bytes === undefined) return;
    // A version of before may have let one pass that this one cannot merge.
    for (const model of JSON.parse(bytes.toString('utf8')) as Model[]) if (checkModel(model) === undefined) this.#add(model);
  }

  /** Takes models once they are durable. Returns one entry for each that cannot be served. */
  async open(database: Database, models: readonly Model[]): Promise<{ model: string; reason: string }[]> {
    const problems: { model: string; reason: string }[] = [];
    const sound: Model[] = [];
    for (const model of models) {
      const reason = checkModel(model);
      if (reason !== undefined) problems.push({ model: model.name, reason });
      else sound.push(model);
    }
    // One after the other, since each writes what is known together with its own.
    const saving = this.#saving.then(() => this.#save(database, sound));
    this.#saving = saving.catch(() => undefined);
    await saving;
    return problems;
  }

  async #save(database: Database, models: readonly Model[]): Promise<void> {
    const stored = new Map(
      [...this.#records.values(), ...this.#entities.values(), ...models].map((model) => [`${model.kind} ${model.name}`, model]),
    );
    const batch = database.batch();
    batch.put(KEY, Buffer.from(JSON.stringify([...stored.values()].filter(({ kind }) => kind !== 'metric'))));
    await batch.write({ sync: true });
    for (const model of models) this.#add(model);
  }

  readonly record = (name: string): RecordModel | undefined => this.#records.get(name);
  readonly entity = (name: string): EntityModel | undefined => this.#entities.get(name);

  get records(): Iterable<RecordModel> {
    return this.#records.values();
  }

  get entities(): Iterable<EntityModel> {
    return this.#entities.values();
  }

  #add(model: Model): void {
    if (model.kind === 'record') this.#records.set(model.name, model);
    else if (model.kind === 'entity') this.#entities.set(model.name, model);
  }
}
