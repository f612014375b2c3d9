import type { Clock } from '@skein/core';
import type { LogMessage, Observation, Sample } from '@skein/telemetry';
import { RuleError } from './lal/lal-error.js';
import { LogContent } from './lal/log-content.js';
import { RuleRun, type RuleTools } from './lal/rule-run.js';
import type { Value } from './lal/values.js';
import type { KeptRows, LogRows } from './log-rows.js';
import { AUTO, type Rule, ruleTitle } from './rule.js';
import type { RuleBook } from './rule-book.js';

/** Why nothing is kept of a log. */
export type SkipReason = 'unknown-layer' | 'no-rule' | 'dropped' | 'aborted' | 'no-layer' | 'rule-failed' | 'out-of-time';

/** What was found in a log. */
export interface LogFindings {
  readonly observation: Observation;
  readonly samples: readonly Sample[];
}

/** Told of what goes wrong in a rule; the log goes through the other rules. */
export interface RuleReports {
  /** The log was of no use to the rule. */
  failed(rule: string, reason: string, message: string): void;
  /** The rule, or the analysis, has a defect. */
  broken(rule: string, error: unknown): void;
}

export interface LogAnalyzerParts {
  readonly book: RuleBook;
  readonly rows: LogRows;
  readonly tools: RuleTools;
  readonly clock: Pick<Clock, 'now'>;
  /** For how long storage keeps logs, ms: older ones are left out. */
  readonly keptFor: () => number;
  readonly reports: RuleReports;
}

/** How far ahead of this server's clock a log may be, ms. */
const AHEAD = 10 * 60_000;
const ROW_WEIGHT = 300;
const NO_FIELDS: ReadonlyMap<string, Value> = new Map();

/** How a rule ended: it aborted, failed, or came to its end. */
type Ending = 'aborted' | 'rule-failed' | RuleRun;

/** One log in, what its rules make of it out. Synchronous; never throws. Source: analysis.md 11.1. */
export class LogAnalyzer {
  constructor(private readonly parts: LogAnalyzerParts) {}

  analyze(message: LogMessage): LogFindings | SkipReason {
    const { book, clock } = this.parts;
    const log = message.timestamp > 0 ? message : { ...message, timestamp: clock.now() };
    const analysis = new Analysis(this.parts, log);
    if (log.layer !== '') {
      const rules = book.of(log.layer);
      if (rules === undefined) return 'unknown-layer';
      analysis.run(rules);
    } else if (!analysis.runAuto(book.of(AUTO) ?? [])) analysis.run(book.of('GENERAL') ?? []);
    return analysis.findings();
  }
}

/** One log on its way through its rules. */
class Analysis implements KeptRows {
  readonly records: KeptRows['records'] = [];
  readonly entities: KeptRows['entities'] = [];
  private readonly samples: Sample[] = [];
  private readonly content: LogContent;
  /** Why a rule kept nothing; the last one counts. */
  private reason: SkipReason = 'no-rule';

  constructor(
    private readonly parts: LogAnalyzerParts,
    private readonly log: LogMessage,
  ) {
    this.content = new LogContent(log);
  }

  run(rules: readonly Rule[]): void {
    for (const rule of rules) this.finish(rule, this.runRule(rule));
  }

  /** Rules for logs without a layer; whether one of them claims the log, so that no others see it. */
  runAuto(rules: readonly Rule[]): boolean {
    let isClaimed = false;
    for (const rule of rules) {
      const end = this.runRule(rule);
      if (typeof end !== 'string') isClaimed = true;
      if (typeof end !== 'string' && end.decision !== 'none' && end.layer === '') this.reason = 'no-layer';
      else this.finish(rule, end);
    }
    return isClaimed;
  }

  findings(): LogFindings | SkipReason {
    const { records, entities, samples, log } = this;
    if (records.length === 0 && entities.length === 0 && samples.length === 0) return this.reason;
    const weight = log.weight + ROW_WEIGHT * (records.length + entities.length);
    return { observation: { sources: [], records, entities, weight }, samples };
  }

  private runRule(rule: Rule): Ending {
    const { tools, reports } = this.parts;
    const run = new RuleRun(this.log, this.content, tools);
    let end: Ending = run;
    try {
      if (!rule.run(run)) end = 'aborted';
    } catch (error) {
      end = 'rule-failed';
      if (error instanceof RuleError) reports.failed(ruleTitle(rule), error.reason, error.message);
      else reports.broken(ruleTitle(rule), error);
    }
    // What was measured before the end of the rule was measured.
    for (const sample of run.metrics) this.samples.push(sample);
    this.storeBlocks(run);
    return end;
  }

  /** What blocks of older rules tell is kept whatever the sink says. */
  private storeBlocks(run: RuleRun): void {
    const { slowSql, sampledTrace } = run;
    const { rows, clock } = this.parts;
    if (slowSql !== undefined) this.keep(() => rows.slowStatement(run, slowSql, clock.now(), this), run);
    if (sampledTrace !== undefined) this.keep(() => rows.sampledTrace(run, sampledTrace, clock.now(), this), run);
  }

  private finish(rule: Rule, end: Ending): void {
    if (typeof end === 'string') this.reason = end;
    else if (end.decision !== 'keep') this.reason = 'dropped';
    else this.keep(() => this.store(rule, end), end);
  }

  private keep(store: () => void, { timestamp }: RuleRun): void {
    const now = this.parts.clock.now();
    const isInTime = Number.isSafeInteger(timestamp) && timestamp >= now - this.parts.keptFor() && timestamp < now + AHEAD;
    if (isInTime) store();
    else this.reason = 'out-of-time';
  }

  private store(rule: Rule, run: RuleRun): void {
    const { rows, clock } = this.parts;
    if (rule.outputType === 'Log') rows.log(run, clock.now(), this);
    else if (rule.outputType === 'SlowSQL') rows.slowStatement(run, run.outputs ?? NO_FIELDS, clock.now(), this);
    else rows.sampledTrace(run, run.outputs ?? NO_FIELDS, clock.now(), this);
    if (this.records.length === 0) this.reason = 'dropped';
  }
}
