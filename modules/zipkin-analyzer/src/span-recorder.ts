import type { ZipkinSpan, Zone } from '@skein/telemetry';
import { clip } from '@skein/telemetry/storage';
import type { Findings } from './findings.js';
import type { Inventory } from './inventory.js';
import { MAX_NAME_BYTES, MAX_SPAN_BYTES, MAX_TAG_BYTES, MAX_TAG_LENGTH, UNKNOWN_SERVICE, ZipkinSpanModel } from './models.js';
import { spanJson } from './span-json.js';
import { instanceOf, isEntry, isError, segmentIdOf } from './span-meaning.js';

/** A UTF-16 unit takes at most three bytes of UTF-8. */
const BYTES_PER_UNIT = 3;

/** Makes the record of a span, and the rows of the inventory. */
export class SpanRecorder {
  /** The day of the last span, [from, to). */
  private dayFrom = Number.POSITIVE_INFINITY;
  private dayTo = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly inventory: Inventory,
    private readonly zone: Zone,
  ) {}

  /** `service`: as it is stored; undefined when the span has none. `time`: ms. False when the span is too large to be stored. */
  record(span: ZipkinSpan, service: string | undefined, time: number, findings: Findings): boolean {
    const data = Buffer.from(spanJson(span), 'utf8');
    if (data.length > MAX_SPAN_BYTES) return false;
    const owner = service ?? UNKNOWN_SERVICE;
    const name = fitting(span.name ?? '');
    const remoteService = span.remoteEndpoint?.serviceName === undefined ? undefined : fitting(span.remoteEndpoint.serviceName);
    const row = {
      traceId: span.traceId,
      segmentId: segmentIdOf(span),
      service: owner,
      instance: fitting(instanceOf(span)),
      name,
      remoteService,
      startTime: time,
      duration: span.duration,
      isEntry: isEntry(span) || span.parentId === undefined,
      isError: isError(span),
      tags: searchable(span),
      data,
    };
    findings.record({ model: ZipkinSpanModel, row }, data.length);
    this.inventory.see(owner, name, remoteService, span.tags, this.dayOf(time), findings);
    return true;
  }

  private dayOf(instant: number): number {
    if (instant < this.dayFrom || instant >= this.dayTo) {
      this.dayFrom = this.zone.floor(instant, 'day');
      this.dayTo = this.zone.next(instant, 'day');
    }
    return this.dayFrom;
  }
}

const fitting = (text: string): string => (text.length * BYTES_PER_UNIT <= MAX_NAME_BYTES ? text : clip(text, MAX_NAME_BYTES));

/** What the span can be found by, receivers.md 10.1; what is too long, or beyond the room there is, is left out. */
function searchable(span: ZipkinSpan): readonly string[] {
  const found: string[] = [];
  let room = MAX_TAG_BYTES / BYTES_PER_UNIT;
  const add = (text: string): void => {
    if (text.length === 0 || text.length > MAX_TAG_LENGTH || text.length > room) return;
    room -= text.length;
    found.push(text);
  };
  for (const { value } of span.annotations) add(value);
  for (const [key, value] of span.tags) {
    add(key);
    add(`${key}=${value}`);
  }
  return found;
}
