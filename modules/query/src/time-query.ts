import type { Clock } from '@skein/core';
import { formatOffset, parseDuration, type Zone } from '@skein/telemetry';
import type { Storage } from '@skein/telemetry/storage';
import type { DurationInput, RetentionDays, TimeQuery } from './contract/time.js';

const DAY_MS = 86_400_000;
const days = (ms: number): number => (Number.isFinite(ms) ? Math.ceil(ms / DAY_MS) : -1);

export class StoredTimeQuery implements TimeQuery {
  constructor(
    readonly zone: Zone,
    private readonly storage: Storage,
    private readonly clock: Clock,
  ) {}

  parse(input: DurationInput) {
    return parseDuration(this.zone, input);
  }

  info() {
    const now = this.clock.now();
    return { timezone: formatOffset(this.zone, now), now };
  }

  retention(): RetentionDays {
    const { records, traces, logs, metrics } = this.storage.traits.retention;
    return { records: days(records), traces: days(traces), logs: days(logs), metrics: days(metrics) };
  }
}
