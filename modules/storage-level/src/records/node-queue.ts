/** The best row that there can be somewhere, in the order of a search: larger is better, first of `value`, then of `time`. */
export interface Best {
  readonly value: number;
  readonly time: number;
}

const isBetter = (a: Best, b: Best): boolean => a.value > b.value || (a.value === b.value && a.time > b.time);

/** Parts of the store that a search has not looked into yet, the one with the best first. A binary heap. */
export class NodeQueue<T extends { readonly best: Best }> {
  readonly #heap: T[] = [];

  get first(): T | undefined {
    return this.#heap[0];
  }

  add(node: T): void {
    const heap = this.#heap;
    let at = heap.push(node) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!isBetter(node.best, heap[parent]!.best)) break;
      heap[at] = heap[parent]!;
      at = parent;
    }
    heap[at] = node;
  }

  take(): T | undefined {
    const heap = this.#heap;
    const best = heap[0];
    const last = heap.pop();
    if (best === undefined || last === undefined || heap.length === 0) return best;
    let at = 0;
    for (;;) {
      let child = at * 2 + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && isBetter(heap[child + 1]!.best, heap[child]!.best)) child++;
      if (!isBetter(heap[child]!.best, last.best)) break;
      heap[at] = heap[child]!;
      at = child;
    }
    heap[at] = last;
    return best;
  }
}
