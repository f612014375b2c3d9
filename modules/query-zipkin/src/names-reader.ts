import type { ReadOptions } from '@skein/query/contract';
import { type Naming, TagModel } from '@skein/telemetry';
import type { Condition, EntityModel } from '@skein/telemetry/storage';
import {
  UNKNOWN_SERVICE,
  ZIPKIN_TAG,
  ZipkinRemoteServiceModel,
  ZipkinServiceModel,
  ZipkinSpanNameModel,
} from '@skein/zipkin-analyzer/contract';
import type { SpanReads } from './span-reads.js';

/** Names that complete a search, each list sorted and without repetition. */
export class NamesReader {
  constructor(
    private readonly reads: SpanReads,
    private readonly naming: Naming,
    private readonly maxNames: number,
  ) {}

  services(o: ReadOptions): Promise<readonly string[]> {
    return this.list(ZipkinServiceModel, [], 'name', o);
  }

  spans(service: string, o: ReadOptions): Promise<readonly string[]> {
    return this.list(ZipkinSpanNameModel, this.ofService(service), 'name', o);
  }

  remoteServices(service: string, o: ReadOptions): Promise<readonly string[]> {
    return this.list(ZipkinRemoteServiceModel, this.ofService(service), 'name', o);
  }

  tagKeys(o: ReadOptions): Promise<readonly string[]> {
    return this.list(TagModel, [['type', '=', ZIPKIN_TAG]], 'key', o);
  }

  tagValues(key: string, o: ReadOptions): Promise<readonly string[]> {
    const where: readonly Condition[] = [
      ['type', '=', ZIPKIN_TAG],
      ['key', '=', key],
    ];
    return this.list(TagModel, where, 'value', o);
  }

  /** Names are stored in lower case, but for the one of spans that have none. */
  private ofService(given: string): readonly Condition[] {
    const name = given === UNKNOWN_SERVICE ? given : this.naming.service(given.toLowerCase());
    return [['service', '=', name]];
  }

  private async list(model: EntityModel, where: readonly Condition[], field: string, o: ReadOptions): Promise<readonly string[]> {
    const rows = await this.reads.entities({ model, where, limit: this.maxNames }, o);
    return [...new Set(rows.map((row) => String(row[field] ?? '')))].filter((name) => name !== '').sort();
  }
}
