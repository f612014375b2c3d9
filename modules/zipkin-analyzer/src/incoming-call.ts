import { DetectPoint } from '@skein/telemetry';
import type { CallSpan, Facts, Side } from '@skein/telemetry/traffic';
import type { Findings } from './findings.js';
import type { KnownSpan, KnownSpans } from './known-spans.js';
import type { Relations } from './relations.js';
import type { Waiting } from './waiting-room.js';

/** Spans within one service, from a call up to where the service was entered. */
const MOST_STEPS = 64;

export interface IncomingCallParts {
  /** The side that served it. */
  readonly to: Side;
  readonly facts: Facts;
  readonly span: CallSpan;
  /** Place of the caller's span. */
  readonly callerAt: string;
  /** It is the server's half of a span: the caller's is the other. */
  readonly isShared: boolean;
  /** The broker that it came through; the relation to that is told already. */
  readonly broker: Side | undefined;
  /** The caller as the server's span names it, if it does. */
  readonly named: Side | undefined;
}

/**
 * A request or message that a service took, whose caller is to be found: the service of the span above it, and of that service the endpoint
 * that was entered when it made the call. Either may come later than the call.
 */
export class IncomingCall implements Waiting {
  private caller: KnownSpan | undefined;
  /** The topmost span of the caller's service that is known so far. */
  private top: KnownSpan | undefined;
  private steps = 0;

  constructor(
    private readonly parts: IncomingCallParts,
    private readonly known: KnownSpans,
    private readonly relations: Relations,
  ) {}

  resume(findings: Findings): string | undefined {
    if (this.caller === undefined) {
      const { callerAt, isShared, to, broker } = this.parts;
      const caller = this.known.at(callerAt) ?? (isShared ? undefined : this.known.servedAt(callerAt));
      if (caller === undefined) return callerAt;
      // Within one service that is no call, but work inside it.
      if (!caller.isExit && caller.service === to.service) return undefined;
      this.caller = caller;
      this.top = caller;
      if (broker === undefined) this.relate(caller.instance.side('GENERAL'), findings);
    }
    const missing = this.climb();
    if (missing === undefined) this.relateEndpoints(findings);
    return missing;
  }

  expire(findings: Findings): void {
    if (this.caller !== undefined) this.relateEndpoints(findings);
    else if (this.parts.named !== undefined && this.parts.broker === undefined) this.relate(this.parts.named, findings);
  }

  /** Goes up in the caller's service; returns the place of a span that is missing. */
  private climb(): string | undefined {
    while (!this.top!.isEntry && this.top!.parent !== '' && this.steps < MOST_STEPS) {
      const above = this.known.above(this.top!);
      if (above === 'missing') return this.top!.parent;
      if (above === 'elsewhere') return undefined;
      this.top = above;
      this.steps++;
    }
    return undefined;
  }

  private relate(from: Side, findings: Findings): void {
    const { to, facts, span } = this.parts;
    this.relations.services({ from, to, facts, span, detectPoint: DetectPoint.SERVER }, findings);
  }

  private relateEndpoints(findings: Findings): void {
    const { to, facts, span, broker } = this.parts;
    const { service, name } = this.top!;
    if (name === '') return;
    const endpoint = this.relations.directory.endpoint(service, name);
    const { service: source, instance, layer } = broker ?? this.caller!.instance.side('GENERAL');
    const from: Side = { service: source, instance, layer, endpoint, endpointLayer: 'GENERAL' };
    this.relations.endpoints({ from, to, facts, span, detectPoint: DetectPoint.SERVER }, findings);
  }
}
