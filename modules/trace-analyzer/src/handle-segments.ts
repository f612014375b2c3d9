import { setImmediate } from 'node:timers/promises';
import type { Handler, Publisher } from '@skein/core';
import type { Observation, SegmentMessage } from '@skein/telemetry';
import type { Analysis } from './build-analysis.js';

/** How long segments are analysed at a stretch before other work may run, ms. */
const STRETCH = 10;
/** How many bytes of segments are analysed between two looks at the clock; that takes a fraction of a millisecond. */
const LOOK = 32_768;

/** Analyses a batch item by item, and publishes what was found as one batch; settles when that is durable. */
export function handleSegments({ analyzer, rowsLost }: Analysis, publisher: Publisher<Observation>): Handler<SegmentMessage> {
  return async (batch, signal) => {
    const found: Observation[] = [];
    let yieldAt = performance.now() + STRETCH;
    let analysed = 0;
    for (const message of batch.items) {
      const result = analyzer.analyze(message);
      if (typeof result === 'string') batch.skip(1, result);
      else found.push(result);
      analysed += message.bytes.byteLength;
      if (analysed < LOOK) continue;
      analysed = 0;
      if (performance.now() > yieldAt) {
        await setImmediate();
        yieldAt = performance.now() + STRETCH;
      }
    }
    // What is needed of the segments is in the observations; the decoded views need not wait for the commit.
    batch.release();
    if (found.length === 0) return;
    try {
      const receipt = await publisher.publish(found.splice(0), { signal });
      await receipt.handled;
    } catch (error) {
      rowsLost();
      throw error;
    }
  };
}
