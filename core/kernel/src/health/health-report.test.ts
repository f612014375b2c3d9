import { describe, expect, it } from '@jest/globals';
import { HealthReport } from './health-report.js';

function report() {
  const said: string[] = [];
  const health = { ok: () => void said.push('ok'), degraded: (reason: string) => void said.push(reason) };
  return { said, health: new HealthReport(health) };
}

describe('HealthReport', () => {
  it('is healthy only when every reason is gone', () => {
    const { said, health } = report();
    health.bad('disk', 'the disk is full');
    health.bad('queue', 'the queue is long');
    health.good('disk');
    health.good('queue');
    expect(said).toEqual(['the disk is full', 'the disk is full; the queue is long', 'the queue is long', 'ok']);
  });

  it('says the latest reason of a matter, and nothing of matters that were well', () => {
    const { said, health } = report();
    health.good('disk');
    health.bad('disk', 'the disk is slow');
    health.bad('disk', 'the disk is full');
    expect(said).toEqual(['the disk is slow', 'the disk is full']);
  });
});
