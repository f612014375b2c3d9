import type { KeyedSums } from './models.js';

/**
 * Keys that a merged table keeps: the smallest, so that any order of merging keeps the same ones with the same sums.
 * A model's own `maxKeys` is not applied here: it limits what one minute of one writer admits, as the reference says.
 */
export const MAX_TABLE_KEYS = 65_536;
/** So many cells are searched faster from one end to the other than by halves. */
const FEW_CELLS = 16;
/** Moving more cells than this is left to the engine, whose call costs as much. */
const MANY_CELLS = 128;
/** A table that has so many times fewer keys than the other is added key by key. */
const FEW_KEYS = 8;

/** Sums stop at the largest finite number. */
export const finite = (sum: number): number => Math.min(Math.max(sum, -Number.MAX_VALUE), Number.MAX_VALUE);

/**
 * A table of one sum for each whole number, as percentiles and histograms have them. Many entities have a table of one or two keys
 * each minute; so it is one short array and not a map of arrays.
 */
export class NumberTable implements KeyedSums {
  #cells: number[];

  /** `cells`: as {@link cells} gives them; they are the table's own from now on. */
  constructor(cells: number[] = []) {
    this.#cells = cells;
  }

  /** The same sums in a table of this kind; the very table if it is one. */
  static of(table: KeyedSums): NumberTable {
    if (table instanceof NumberTable) return table;
    const numbers = new NumberTable();
    numbers.merge(table);
    return numbers;
  }

  /** Key, sum, key, sum, and so on, by ascending key. Not to be changed, and valid until the table is. */
  get cells(): readonly number[] {
    return this.#cells;
  }

  get size(): number {
    return this.#cells.length / 2;
  }

  get(key: number | string): readonly number[] | undefined {
    if (typeof key !== 'number') return undefined;
    const at = this.#place(key);
    return this.#cells[at] === key ? [this.#cells[at + 1]!] : undefined;
  }

  *keys(): Generator<number> {
    for (let i = 0; i < this.#cells.length; i += 2) yield this.#cells[i]!;
  }

  *values(): Generator<readonly number[]> {
    for (let i = 1; i < this.#cells.length; i += 2) yield [this.#cells[i]!];
  }

  *[Symbol.iterator](): Generator<[number, readonly number[]]> {
    for (let i = 0; i < this.#cells.length; i += 2) yield [this.#cells[i]!, [this.#cells[i + 1]!]];
  }

  copy(): NumberTable {
    return new NumberTable(this.#cells.slice());
  }

  /** Adds to the sum of a key, 0 when it is new. Returns false, with nothing added, when a new key would be one more than `maxKeys`. */
  add(key: number, amount: number, maxKeys: number): boolean {
    const cells = this.#cells;
    const at = this.#place(key);
    if (cells[at] === key) {
      cells[at + 1] = finite(cells[at + 1]! + amount);
      return true;
    }
    if (cells.length >= maxKeys * 2) return false;
    // Of an array that is made with its content the engine reserves no room for more: most tables stay as small as this.
    if (cells.length === 0) this.#cells = [key + 0, amount];
    else insert(cells, at, key + 0, amount);
    return true;
  }

  /** Adds all sums of another table. The largest keys beyond {@link MAX_TABLE_KEYS} go. */
  merge(other: KeyedSums): void {
    if (!(other instanceof NumberTable)) for (const [key, sums] of other) this.add(Number(key), sums[0] ?? 0, Number.POSITIVE_INFINITY);
    else if (this.#cells.length <= FEW_CELLS || other.#cells.length * FEW_KEYS < this.#cells.length) this.#addEach(other.#cells);
    else this.#cells = mergedCells(this.#cells, other.#cells);
    if (this.#cells.length > MAX_TABLE_KEYS * 2) this.#cells.length = MAX_TABLE_KEYS * 2;
  }

  #addEach(cells: readonly number[]): void {
    for (let i = 0; i < cells.length; i += 2) this.add(cells[i]!, cells[i + 1]!, Number.POSITIVE_INFINITY);
  }

  /** Where the key is or belongs. */
  #place(key: number): number {
    const cells = this.#cells;
    const end = cells.length;
    if (end <= FEW_CELLS) {
      let at = 0;
      while (at < end && cells[at]! < key) at += 2;
      return at;
    }
    if (cells[end - 2]! < key) return end;
    let low = 0;
    let high = end >> 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (cells[middle * 2]! < key) low = middle + 1;
      else high = middle;
    }
    return low * 2;
  }
}

function insert(cells: number[], at: number, key: number, sum: number): void {
  const end = cells.length;
  if (end - at > MANY_CELLS) {
    cells.splice(at, 0, key, sum);
    return;
  }
  cells.push(key, sum);
  if (at === end) return;
  for (let i = end - 1; i >= at; i--) cells[i + 2] = cells[i]!;
  cells[at] = key;
  cells[at + 1] = sum;
}

function mergedCells(a: readonly number[], b: readonly number[]): number[] {
  const cells: number[] = [];
  let i = 0;
  for (let j = 0; j < b.length; j += 2) {
    const key = b[j]!;
    for (; i < a.length && a[i]! < key; i += 2) cells.push(a[i]!, a[i + 1]!);
    if (i < a.length && a[i] === key) {
      cells.push(key, finite(a[i + 1]! + b[j + 1]!));
      i += 2;
    } else cells.push(key, b[j + 1]!);
  }
  for (; i < a.length; i += 2) cells.push(a[i]!, a[i + 1]!);
  return cells;
}
