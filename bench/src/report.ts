import type { Latencies } from './queries.js';
import type { ScenarioResult } from './scenarios.js';

export interface Report {
  readonly node: string;
  readonly cpus: string;
  readonly date: string;
  readonly readySeconds: number;
  readonly idleRss: number;
  readonly scenarios: readonly ScenarioResult[];
  readonly queries: readonly Latencies[];
}

const MIB = 1024 * 1024;

/** Lines up columns: text to the left, numbers to the right. */
export function table(head: readonly string[], rows: ReadonlyArray<readonly string[]>): string {
  const widths = head.map((h, c) => Math.max(h.length, ...rows.map((r) => r[c]!.length)));
  const line = (cells: readonly string[]): string =>
    cells.map((cell, c) => (c === 0 ? cell.padEnd(widths[c]!) : cell.padStart(widths[c]!))).join('  ');
  return [line(head), widths.map((w) => '-'.repeat(w)).join('  '), ...rows.map(line)].join('\n');
}

export function format(report: Report): string {
  const scenarios = table(
    ['load', 'segments', 'refused', 'seg/s', 'CPU us/seg', 'RSS MiB', 'loop p99 ms', 'wire B/seg', 'disk B/seg'],
    report.scenarios.map((s) => [
      s.name,
      String(s.acknowledged),
      String(s.refused),
      s.segmentsPerSecond.toFixed(0),
      s.cpuPerSegment.toFixed(1),
      (s.rss / MIB).toFixed(0),
      s.delayP99.toFixed(1),
      s.bytesPerSegment.toFixed(0),
      s.diskPerSegment.toFixed(0),
    ]),
  );
  const queries = table(
    ['query, while ingesting', 'asked', 'p50 ms', 'p99 ms', 'found'],
    report.queries.map((q) => [q.name, String(q.count), q.p50.toFixed(1), q.p99.toFixed(1), q.found]),
  );
  const head = `Node.js ${report.node}, ${report.cpus}; ready in ${report.readySeconds.toFixed(2)} s, idle RSS ${(report.idleRss / MIB).toFixed(0)} MiB`;
  return `${head}\n\n${scenarios}\n\n${queries}\n`;
}
