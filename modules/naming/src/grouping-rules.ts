import { OpenapiRules } from './openapi-rules.js';
import { PatternTree } from './pattern-tree.js';

/** Names whose grouping is remembered, per service. */
const REMEMBERED = 10_000;

/** Rules of one service. Exact, or not at all: a name that no rule fits is left to the caller. */
export class ServiceRules {
  readonly openapi = new OpenapiRules();
  readonly patterns = new PatternTree();
  hasPatterns = false;
  private readonly remembered = new Map<string, string | undefined>();

  /** What the name becomes; undefined if no rule fits. OpenAPI definitions first, then the patterns. */
  match(name: string): string | undefined {
    if (this.remembered.has(name)) return this.remembered.get(name);
    const result = this.openapi.match(name) ?? (this.hasPatterns ? this.patterns.match(name) : undefined);
    if (this.remembered.size >= REMEMBERED) this.remembered.clear();
    this.remembered.set(name, result);
    return result;
  }
}

/** Grouping rules of all services. */
export class GroupingRules {
  private readonly services = new Map<string, ServiceRules>();

  get size(): number {
    return this.services.size;
  }

  of(service: string): ServiceRules | undefined {
    return this.services.get(service);
  }

  addPattern(service: string, pattern: string): void {
    const rules = this.owned(service);
    rules.patterns.add(pattern);
    rules.hasPatterns = true;
  }

  addOpenapi(service: string, match: string, result: string): void {
    this.owned(service).openapi.add(match, result);
  }

  private owned(service: string): ServiceRules {
    let rules = this.services.get(service);
    if (rules === undefined) {
      rules = new ServiceRules();
      this.services.set(service, rules);
    }
    return rules;
  }
}
