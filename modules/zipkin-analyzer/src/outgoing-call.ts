import { DetectPoint } from '@skein/telemetry';
import type { CallSpan, Facts, Side } from '@skein/telemetry/traffic';
import type { Findings } from './findings.js';
import type { KnownSpans } from './known-spans.js';
import type { Relations } from './relations.js';
import type { Waiting } from './waiting-room.js';

/** Under which a server's span is known to the client's span that it answers. */
export const answerTo = (place: string): string => `${place}>`;

export interface OutgoingCallParts {
  readonly from: Side;
  readonly facts: Facts;
  readonly span: CallSpan;
  /** Place of the client's span. */
  readonly at: string;
  /** `host:port` of the other side, if the span tells. */
  readonly address: string | undefined;
}

/** A request whose span does not name the service that was called: the server's span does, and if that does not come, the address has to do. */
export class OutgoingCall implements Waiting {
  constructor(
    private readonly parts: OutgoingCallParts,
    private readonly known: KnownSpans,
    private readonly relations: Relations,
  ) {}

  resume(findings: Findings): string | undefined {
    const answer = answerTo(this.parts.at);
    const server = this.known.at(answer);
    if (server === undefined) return answer;
    this.relate(server.instance.side('GENERAL'), findings);
    return undefined;
  }

  expire(findings: Findings): void {
    const { address } = this.parts;
    if (address !== undefined) this.relate(this.relations.named(address, address, true, 'GENERAL'), findings);
  }

  private relate(to: Side, findings: Findings): void {
    const { from, facts, span } = this.parts;
    this.relations.services({ from, to, facts, span, detectPoint: DetectPoint.CLIENT }, findings);
  }
}
