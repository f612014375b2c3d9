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

/** Items beyond the first slice become promises that a turn each resolves: the executor completes lists of plain items in one go. */
function pacedList(items: readonly unknown[], turn: () => Promise<void>): readonly unknown[] {
  let room = SLICE;
  let due: Promise<void> | undefined;
  return items.map((item) => {
    const weight = weightOf(item);
    if (weight > room && room < SLICE) {
      due = due === undefined ? turn() : due.then(turn);
      room = SLICE;
    }
    room -= weight;
    return due === undefined ? item : due.then(() => item);
  });
}

/** What a field answers, with its long lists, and those of the object that it answers, cut into slices that wait for their turn. */
export function paced(answer: unknown, turn: () => Promise<void>): unknown {
  if (Array.isArray(answer)) return pacedList(answer, turn);
  if (typeof answer !== 'object' || answer === null) return answer;
  const lists = Object.entries(answer).filter(([, value]) => Array.isArray(value));
  if (lists.length === 0) return answer;
  return Object.assign(Object.create(answer), Object.fromEntries(lists.map(([name, list]) => [name, pacedList(list, turn)])));
}
