import type { Source } from '../sources/source.js';
import { BROKEN, type CompiledCondition, FAIL, PASS, type Test, type Verdict } from './condition.js';

/**
 * The distinct conditions of all metrics of one source. Each is tested once a source, whatever the number of metrics that use it;
 * the verdicts lie in one byte each, so their number is not limited.
 */
export class FilterSet {
  private readonly numbers = new Map<string, number>();
  private readonly tests: Test[] = [];
  /** For each condition, those that all its users test before it: it is tested only when they passed. */
  private before: (readonly number[])[] = [];
  private verdicts = new Uint8Array(0);

  /** The number of a condition, behind those numbered `chain`. */
  add(condition: CompiledCondition, chain: readonly number[]): number {
    const known = this.numbers.get(condition.text);
    if (known !== undefined) {
      this.before[known] = this.before[known]!.filter((number) => chain.includes(number));
      return known;
    }
    const number = this.tests.push(condition.test) - 1;
    this.numbers.set(condition.text, number);
    this.before.push([...new Set(chain)]);
    return number;
  }

  /** Called once, when all conditions are in. */
  seal(): void {
    this.verdicts = new Uint8Array(this.tests.length);
  }

  /** Tests a source. The answers below are about it until the next one. Never throws: a test that throws is a broken one. */
  evaluate(source: Source): void {
    const { tests, before, verdicts } = this;
    for (let i = 0; i < tests.length; i++) {
      verdicts[i] = this.chain(before[i]!) === PASS ? verdictOf(tests[i]!, source) : FAIL;
    }
  }

  /** PASS if all passed; else the verdict of the first that did not. */
  chain(numbers: readonly number[]): Verdict {
    for (let i = 0; i < numbers.length; i++) {
      const verdict = this.verdict(numbers[i]!);
      if (verdict !== PASS) return verdict;
    }
    return PASS;
  }

  verdict(number: number): Verdict {
    return this.verdicts[number] as Verdict;
  }
}

function verdictOf(test: Test, source: Source): Verdict {
  try {
    return test(source);
  } catch {
    return BROKEN;
  }
}
