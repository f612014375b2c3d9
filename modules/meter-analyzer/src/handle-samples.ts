import { setImmediate } from 'node:timers/promises';
import type { Handler, Publisher } from '@skein/core';
import type { Observation, SampleSet } from '@skein/telemetry';
import type { Recently } from '@skein/telemetry/traffic';
import type { MeterAnalyzer } from './meter-analyzer.js';

/** How long samples are analysed at a stretch before other work may run, ms. */
const STRETCH = 10;

/** Analyses a batch set by set, and publishes what was found as one batch; settles when that is durable. */
export function handleSamples(analyzer: MeterAnalyzer, publisher: Publisher<Observation>, written: Recently): Handler<SampleSet> {
  return async (batch, signal) => {
    const found: Observation[] = [];
    let yieldAt = performance.now() + STRETCH;
    for (const set of batch.items) {
      const observation = analyzer.analyze(set);
      if (observation !== undefined) found.push(observation);
      if (performance.now() > yieldAt) {
        await setImmediate();
        yieldAt = performance.now() + STRETCH;
      }
    }
    batch.release();
    if (found.length === 0) return;
    try {
      const receipt = await publisher.publish(found.splice(0), { signal });
      await receipt.handled;
    } catch (error) {
      // Rows were in it that no later set would bring again.
      written.clear();
      throw error;
    }
  };
}
