import { setImmediate } from 'node:timers/promises';
import type { Handler, Publisher, Receipt } from '@skein/core';
import type { LogMessage, Observation, Sample, SampleSet } from '@skein/telemetry';
import type { LogAnalyzer } from './log-analyzer.js';

/** How long logs are analysed at a stretch before other work may run, ms. */
const STRETCH = 10;
/** Bytes of logs that are analysed between two looks at the clock. */
const LOOK = 65_536;
const SAMPLE_WEIGHT = 400;

export interface LogOutlets {
  readonly observations: Publisher<Observation>;
  readonly meterSamples: Publisher<SampleSet>;
}

/** Analyses a batch log by log, and publishes what was found; settles when that is durable. `rowsLost`: told when it could not be stored. */
export function handleLogs(analyzer: LogAnalyzer, outlets: LogOutlets, rowsLost: () => void): Handler<LogMessage> {
  return async (batch, signal) => {
    const found: Observation[] = [];
    const sets: SampleSet[] = [];
    let yieldAt = performance.now() + STRETCH;
    let analysed = 0;
    for (const log of batch.items) {
      const result = analyzer.analyze(log);
      if (typeof result === 'string') batch.skip(1, result);
      else {
        if (result.observation.records.length + result.observation.entities.length > 0) found.push(result.observation);
        for (const sample of result.samples) sets.push(setOf(sample));
      }
      analysed += log.weight;
      if (analysed < LOOK) continue;
      analysed = 0;
      if (performance.now() > yieldAt) {
        await setImmediate();
        yieldAt = performance.now() + STRETCH;
      }
    }
    batch.release();
    try {
      const receipts: Receipt[] = [];
      if (found.length > 0) receipts.push(await outlets.observations.publish(found.splice(0), { signal }));
      if (sets.length > 0) receipts.push(await outlets.meterSamples.publish(sets.splice(0), { signal }));
      await Promise.all(receipts.map(({ handled }) => handled));
    } catch (error) {
      rowsLost();
      throw error;
    }
  };
}

/** Each sample is a set of its own: two logs that say the same count twice. */
const setOf = (sample: Sample): SampleSet => ({ group: 'log', samples: [sample], weight: SAMPLE_WEIGHT });
