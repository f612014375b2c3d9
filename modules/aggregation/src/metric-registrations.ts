import type { Contributed } from '@skein/core';
import type { MetricRegistry, OalScript, SourceDefinition } from '@skein/telemetry';

/** Collects what modules add while they are activated. */
export class MetricRegistrations implements MetricRegistry {
  readonly sources: Contributed<SourceDefinition>[] = [];
  readonly scripts: Contributed<OalScript>[] = [];
  private closed = false;

  add(owner: string, { sources, scripts }: Parameters<MetricRegistry['add']>[1]): void {
    if (this.closed) throw new Error(`${owner} adds metrics after all modules were activated; add them in activate`);
    for (const value of sources) this.sources.push({ module: owner, value });
    for (const value of scripts) this.scripts.push({ module: owner, value });
  }

  /** From now on nothing can be added. */
  close(): void {
    this.closed = true;
  }
}
