import { TagModel } from '@skein/telemetry';
import type { EntityModel, Row } from '@skein/telemetry/storage';
import type { Findings } from './findings.js';
import { MAX_TAG_LENGTH, ZIPKIN_TAG, ZipkinRemoteServiceModel, ZipkinServiceModel, ZipkinSpanNameModel } from './models.js';

/** What was written of one service, each with its day. */
class Written {
  day = Number.NaN;
  readonly names = new Map<string, number>();
  readonly remotes = new Map<string, number>();
}

/**
 * Writes which services, span names, remote services and tags there are, each once a day. What it remembers of that is bounded: when there
 * is more, it forgets all, and rows are written again, which changes nothing.
 */
export class Inventory {
  private readonly services = new Map<string, Written>();
  private readonly tags = new Map<string, number>();
  private held = 0;

  constructor(
    private readonly completedTags: readonly string[],
    private readonly limit: number,
  ) {}

  /** Rows were lost on their way to storage: all are written again. */
  clear(): void {
    this.services.clear();
    this.tags.clear();
    this.held = 0;
  }

  /** `day`: start of the day on which the span began. */
  see(service: string, name: string, remote: string | undefined, tags: ReadonlyMap<string, string>, day: number, findings: Findings): void {
    let written = this.services.get(service);
    if (written === undefined) {
      this.make();
      written = new Written();
      this.services.set(service, written);
    }
    if (written.day !== day) {
      written.day = day;
      write(ZipkinServiceModel, service, { name: service }, day, findings);
    }
    if (name !== '' && this.first(written.names, name, day)) {
      write(ZipkinSpanNameModel, pairId(service, name), { service, name }, day, findings);
    }
    if (remote !== undefined && this.first(written.remotes, remote, day)) {
      write(ZipkinRemoteServiceModel, pairId(service, remote), { service, name: remote }, day, findings);
    }
    for (const key of this.completedTags) this.seeTag(key, tags.get(key), day, findings);
  }

  private seeTag(key: string, value: string | undefined, day: number, findings: Findings): void {
    if (value === undefined || value === '' || key.length + value.length >= MAX_TAG_LENGTH) return;
    const tag = `${key}=${value}`;
    if (this.first(this.tags, tag, day)) write(TagModel, `${ZIPKIN_TAG}_${tag}`, { type: ZIPKIN_TAG, key, value }, day, findings);
  }

  private first(seen: Map<string, number>, key: string, day: number): boolean {
    const known = seen.get(key);
    if (known === day) return false;
    if (known === undefined) this.make();
    seen.set(key, day);
    return true;
  }

  private make(): void {
    if (++this.held > this.limit) this.clear();
  }
}

/** Says where the service ends, as both may hold any character. */
const pairId = (service: string, name: string): string => `${service.length}_${service}_${name}`;

function write(model: EntityModel, id: string, row: Row, day: number, findings: Findings): void {
  findings.entity({ model, id, at: day, active: true, row });
}
