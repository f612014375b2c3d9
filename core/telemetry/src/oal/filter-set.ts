import type { Source } from '../sources/source.js';
import { BROKEN, type CompiledCondition, PASS, type Test } from './condition.js';

/** A set of conditions, as the bits that must be set: one mask for each word that has any. */
export type Bits = ReadonlyArray<{ readonly word: number; readonly mask: number }>;

const WORD = 31; // bits of a word that stay a small integer of the engine

/**
 * The distinct conditions of all metrics of one source. Each is tested once a source, whatever the number of metrics that use it,
 * into words of bits.
 */
export class FilterSet {
  private readonly numbers = new Map<string, number>();
  private readonly tests: Test[] = [];
  /** For each condition, those that all its users test before it: it is tested only when they passed. */
  private readonly before: Set<number>[] = [];
  private earlier: Bits[] = [];
  private passed = new Int32Array(1);
  private broken = new Int32Array(1);
  private anyBroken = false;

  /** The number of a condition, behind those numbered `chain`. */
  add(condition: CompiledCondition, chain: readonly number[]): number {
    const known = this.numbers.get(condition.text);
    if (known !== undefined) {
      for (const number of this.before[known]!) if (!chain.includes(number)) this.before[known]!.delete(number);
      return known;
    }
    const number = this.tests.push(condition.test) - 1;
    this.numbers.set(condition.text, number);
    this.before.push(new Set(chain));
    return number;
  }

  /** Called once, when all conditions are in. */
  seal(): void {
    this.earlier = this.before.map((numbers) => bitsOf([...numbers]));
    const words = Math.max(1, Math.ceil(this.tests.length / WORD));
    this.passed = new Int32Array(words);
    this.broken = new Int32Array(words);
  }

  /** Tests a source. The answers below are about it until the next one. Never throws: a test that throws is a broken one. */
  evaluate(source: Source): void {
    this.passed.fill(0);
    if (this.anyBroken) this.broken.fill(0);
    this.anyBroken = false;
    for (let i = 0; i < this.tests.length; i++) {
      if (!this.all(this.earlier[i]!)) continue;
      const verdict = verdictOf(this.tests[i]!, source);
      if (verdict === PASS) this.passed[(i / WORD) | 0]! |= 1 << (i % WORD);
      else if (verdict === BROKEN) {
        this.broken[(i / WORD) | 0]! |= 1 << (i % WORD);
        this.anyBroken = true;
      }
    }
  }

  all(bits: Bits): boolean {
    for (let i = 0; i < bits.length; i++) {
      const { word, mask } = bits[i]!;
      if ((this.passed[word]! & mask) !== mask) return false;
    }
    return true;
  }

  passes(number: number): boolean {
    return (this.passed[(number / WORD) | 0]! & (1 << (number % WORD))) !== 0;
  }

  /** Whether the first condition of `chain` that did not pass was a broken one. */
  stoppedByBroken(chain: readonly number[]): boolean {
    if (!this.anyBroken) return false;
    const stop = chain.find((number) => !this.passes(number));
    return stop !== undefined && this.isBroken(stop);
  }

  isBroken(number: number): boolean {
    return this.anyBroken && (this.broken[(number / WORD) | 0]! & (1 << (number % WORD))) !== 0;
  }
}

function verdictOf(test: Test, source: Source): ReturnType<Test> {
  try {
    return test(source);
  } catch {
    return BROKEN;
  }
}

export function bitsOf(numbers: readonly number[]): Bits {
  const masks = new Map<number, number>();
  for (const number of numbers) {
    const word = Math.floor(number / WORD);
    masks.set(word, (masks.get(word) ?? 0) | (1 << (number % WORD)));
  }
  return [...masks].map(([word, mask]) => ({ word, mask }));
}
