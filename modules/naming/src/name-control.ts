import type { Naming } from '@skein/telemetry';
import { ABANDONED, type CardinalityGuard } from './cardinality-guard.js';
import { GroupingRules } from './grouping-rules.js';

export interface NameLengths {
  readonly service: number;
  readonly instance: number;
  readonly endpoint: number;
}

/** Cuts and groups names: analysis.md 7.1 and 7.2. */
export class NameControl implements Naming {
  private rules = new GroupingRules();
  /** How many names became `_abandoned`. */
  abandoned = 0;

  constructor(
    private readonly lengths: NameLengths,
    private readonly guard: CardinalityGuard,
  ) {}

  use(rules: GroupingRules): void {
    this.rules = rules;
  }

  service(name: string): string {
    return cut(name, this.lengths.service);
  }

  instance(name: string): string {
    return cut(name, this.lengths.instance);
  }

  endpoint(service: string, name: string): string {
    if (service === '' || name === '') return name;
    const short = cut(name, this.lengths.endpoint);
    const grouped = this.rules.of(service)?.match(short) ?? this.guard.admit(service, short);
    if (grouped === ABANDONED) this.abandoned++;
    return grouped;
  }
}

/**
 * Cuts at a number of UTF-16 units. The result is a copy, so that it does not hold a long name in memory;
 * half a surrogate pair at the cut becomes U+FFFD, since ids and storage are UTF-8.
 */
export const cut = (name: string, length: number): string =>
  name.length <= length ? name : Buffer.from(name.slice(0, length), 'utf8').toString('utf8');
