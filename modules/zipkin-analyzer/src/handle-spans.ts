import { setImmediate } from 'node:timers/promises';
import type { Clock, Handler, Publisher } from '@skein/core';
import type { Observation, ZipkinSpan } from '@skein/telemetry';
import type { Analysis } from './build-analysis.js';
import { Findings } from './findings.js';

/** How long spans are analysed at a stretch before other work may run, ms. */
const STRETCH = 10;
/** Spans that become one observation, and are analysed between two looks at the clock. */
const TOGETHER = 128;

/** Analyses a batch span by span, and publishes what was found as one batch; settles when that is durable. */
export function handleSpans(
  { analyzer, room, rowsLost }: Analysis,
  publisher: Publisher<Observation>,
  clock: Pick<Clock, 'now'>,
): Handler<ZipkinSpan> {
  return async (batch, signal) => {
    const found: Observation[] = [];
    const { receivedAt } = batch.origin;
    let yieldAt = performance.now() + STRETCH;
    let findings = new Findings();
    room.expire(clock.now(), findings);
    const { items } = batch;
    for (let i = 0; i < items.length; i++) {
      const reason = analyzer.analyze(items[i]!, receivedAt, findings);
      if (reason !== undefined) batch.skip(1, reason);
      if ((i + 1) % TOGETHER !== 0) continue;
      found.push(findings.observation());
      findings = new Findings();
      if (performance.now() > yieldAt) {
        await setImmediate();
        yieldAt = performance.now() + STRETCH;
      }
    }
    if (!findings.isEmpty) found.push(findings.observation());
    // What is needed of the spans is in the observations; the spans themselves need not wait for the commit.
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
