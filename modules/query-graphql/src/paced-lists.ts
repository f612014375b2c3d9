/** Items, weighed by what hangs below them, that are completed in one turn. */
const SLICE = 256;
/** What an entry of a list within an item adds, for it has fields of its own. */
const ENTRY_WEIGHT = 2;

function weightOf(item: unknown): number {
  if (typeof item !== 'object' || item === null) return 1;
  let weight = 1;
  for (const value of Object.values(item)) if (Array.isArray(value)) weight += ENTRY_WEIGHT * value.length;
  return weight;
}

/** What a field answers, to be completed slice by slice. */
export interface Paced {
  readonly answer: unknown;
  /** Resolves with the turn of the last slice; undefined if there is but one. */
  readonly last: Promise<void> | undefined;
}

/** Hands out the turns of the slices, through all lists of an answer. */
class Pace {
  last: Promise<void> | undefined;
  #room = SLICE;

  constructor(private readonly turn: () => Promise<void>) {}

  /** Items beyond the first slice become promises that a turn each resolves: the executor completes lists of plain items in one go. */
  list(items: readonly unknown[]): readonly unknown[] {
    return items.map((item) => {
      const weight = weightOf(item);
      if (weight > this.#room && this.#room < SLICE) {
        this.last = this.last === undefined ? this.turn() : this.last.then(this.turn);
        this.#room = SLICE;
      }
      this.#room -= weight;
      return this.last === undefined ? item : this.last.then(() => item);
    });
  }
}

/** Whether an answer has more than one slice of items in its lists, or those of its object. */
export function isLong(answer: object): boolean {
  const lists = (Array.isArray(answer) ? [answer] : Object.values(answer).filter(Array.isArray)) as readonly (readonly unknown[])[];
  let weight = 0;
  for (const list of lists) {
    for (const item of list) {
      weight += weightOf(item);
      if (weight > SLICE) return true;
    }
  }
  return false;
}

/** Cuts the long lists of an answer, or of the object that it is, into slices that wait for their turn. */
export function paced(answer: object, turn: () => Promise<void>): Paced {
  const pace = new Pace(turn);
  if (Array.isArray(answer)) return { answer: pace.list(answer), last: pace.last };
  const lists = Object.entries(answer).filter(([, value]) => Array.isArray(value));
  const cut = Object.fromEntries(lists.map(([name, list]) => [name, pace.list(list)]));
  return { answer: Object.assign(Object.create(answer), cut), last: pace.last };
}
