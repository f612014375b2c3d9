import type { Clock, Publisher } from '@skein/core';
import { decodeEvent, type EventMessage, eventFromJson } from '@skein/proto/event';
import type { TimeQuery } from '@skein/query/contract';
import type { Naming, Observation } from '@skein/telemetry';
import { EventModel } from './event-model.js';
import { eventRow } from './event-record.js';

const DAY_MS = 86_400_000;
/** How far ahead of this server's clock a sender's may be, ms. */
const AHEAD = 10 * 60_000;
/** What a row holds in memory besides its longest texts, roughly. */
const ROW_BYTES = 1000;

/** Reports of events as observations. */
export class EventIntake {
  constructor(
    private readonly naming: Naming,
    private readonly time: TimeQuery,
    private readonly clock: Clock,
    private readonly publisher: Publisher<Observation>,
  ) {}

  /** Throws MalformedError or EventError. */
  readonly fromProtobuf = (bytes: Uint8Array): readonly Observation[] => this.observe(decodeEvent(bytes));
  /** Throws JsonError or EventError. */
  readonly fromJson = (document: unknown): readonly Observation[] => this.observe(eventFromJson(document));

  private observe(event: EventMessage): readonly Observation[] {
    const now = this.clock.now();
    const row = eventRow(event, this.naming, now);
    const { records } = this.time.retention();
    if (row.timestamp > now + AHEAD || (records >= 0 && row.timestamp < now - records * DAY_MS)) {
      this.publisher.skip(1, 'out-of-time');
      return [];
    }
    const weight = ROW_BYTES + String(row.message).length + String(row.parameters).length;
    return [{ sources: [], records: [{ model: EventModel, row }], entities: [], weight }];
  }
}
