import { GOALS, timesGoal } from './goals.js';
import type { QueryFigures } from './queries.js';
import type { ItemResult, ScenarioResult } from './scenarios.js';

export interface Report {
  readonly node: string;
  readonly cpus: string;
  readonly date: string;
  readonly readySeconds: number;
  readonly idleRss: number;
  /** Bytes on disk per segment after the first load. */
  readonly diskPerSegment: number;
  /** Segments that were stored when the queries were asked. */
  readonly stored: number;
  readonly scenarios: readonly ScenarioResult[];
  readonly queries: readonly QueryFigures[];
  /** Other telemetry than segments, on a server of its own. */
  readonly items: readonly ItemResult[];
}

const MIB = 1024 * 1024;

/** Lines up columns: text to the left, numbers to the right. */
export function table(head: readonly string[], rows: ReadonlyArray<readonly string[]>): string {
  const widths = head.map((h, c) => Math.max(h.length, ...rows.map((r) => r[c]!.length)));
  const line = (cells: readonly string[]): string =>
    cells.map((cell, c) => (c === 0 ? cell.padEnd(widths[c]!) : cell.padStart(widths[c]!))).join('  ');
  return [line(head), widths.map((w) => '-'.repeat(w)).join('  '), ...rows.map(line)].join('\n');
}

/** Only what was measured. */
export function format(report: Report): string {
  const head = `Node.js ${report.node}, ${report.cpus}, shared with the load generator`;
  const parts = [...(report.scenarios.length > 0 ? segmentTables(report) : []), ...(report.items.length > 0 ? [itemTable(report)] : [])];
  return `${[head, ...parts].join('\n\n')}\n`;
}

function segmentTables(report: Report): readonly string[] {
  const server = table(
    ['server', 'measured', 'goal', 'of goal'],
    [
      figure('ready, s', report.readySeconds, GOALS.readySeconds, 2),
      figure('RSS idle, MiB', report.idleRss / MIB, GOALS.idleRssMiB),
      figure('RSS under load, MiB', Math.max(...report.scenarios.map((s) => s.rss)) / MIB, GOALS.rssMiB),
      figure('event-loop delay p99 under load, ms', Math.max(...report.scenarios.map((s) => s.delayP99)), GOALS.loopDelayP99),
      figure('bytes on disk per segment', report.diskPerSegment, GOALS.diskPerSegment),
    ],
  );
  const scenarios = table(
    ['load', 'segments', 'refused', 'seg/s', 'CPU us/seg', 'at most', 'goal', 'of goal', 'RSS MiB', 'loop p99 ms', 'wire B/seg'],
    report.scenarios.map((s) => [
      s.name,
      String(s.acknowledged),
      String(s.refused),
      s.segmentsPerSecond.toFixed(0),
      s.cpuPerSegment.toFixed(1),
      s.cpuAtMost.toFixed(1),
      String(s.cpuGoal ?? ''),
      timesGoal(s.cpuPerSegment, s.cpuGoal),
      (s.rss / MIB).toFixed(0),
      s.delayP99.toFixed(1),
      s.bytesPerSegment.toFixed(0),
    ]),
  );
  const queries = table(
    ['query, while ingesting', 'asked', 'p50 ms', 'of goal', 'p99 ms', 'of goal', 'CPU ms', 'of goal', 'found'],
    report.queries.map(({ name, count, p50, p99, cpu, goal, found }) => [
      name,
      String(count),
      p50.toFixed(1),
      timesGoal(p50, goal.p50),
      p99.toFixed(1),
      timesGoal(p99, goal.p99),
      cpu.toFixed(1),
      timesGoal(cpu, goal.cpu),
      found,
    ]),
  );
  return [server, scenarios, `${report.stored} segments stored before the queries`, queries];
}

function itemTable(report: Report): string {
  return table(
    ['other telemetry', 'items', 'refused', 'items/s', 'CPU us/item', 'RSS MiB', 'loop p99 ms', 'wire B/item'],
    report.items.map((item) => [
      item.name,
      String(item.acknowledged),
      String(item.refused),
      item.itemsPerSecond.toFixed(0),
      item.cpuPerItem.toFixed(1),
      (item.rss / MIB).toFixed(0),
      item.delayP99.toFixed(1),
      item.bytesPerItem.toFixed(0),
    ]),
  );
}

const figure = (name: string, measured: number, goal: number, digits = 0): readonly string[] => [
  name,
  measured.toFixed(digits),
  String(goal),
  timesGoal(measured, goal),
];
