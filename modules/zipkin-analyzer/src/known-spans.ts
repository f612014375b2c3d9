import type { InstanceNode, ServiceNode } from '@skein/telemetry/traffic';

/** What has to be known of a span when another one is looked at. */
export interface KnownSpan {
  readonly service: ServiceNode;
  readonly instance: InstanceNode;
  readonly isEntry: boolean;
  readonly isExit: boolean;
  readonly name: string;
  /** Place of the span above it; '' for the first of a trace. */
  readonly parent: string;
}

/**
 * A span's place in all traces: the last 64 bits of the trace id, which is all that some of its senders may know, and the span id. Both sides
 * of a shared span have one place.
 */
export const placeOf = (traceId: string, id: string): string => traceId.slice(-16) + id;

/** The half of a shared span that the server reported. */
const SHARED = 's';

/**
 * Spans of the last while, by place. Two generations: a span is known for at least the window, at most twice as long, and when there are more
 * than the limit, the older half is forgotten early.
 */
export class KnownSpans {
  private young = new Map<string, KnownSpan>();
  private old = new Map<string, KnownSpan>();
  private youngSince: number;

  constructor(
    private readonly windowMs: number,
    private readonly limit: number,
    now: number,
  ) {
    this.youngSince = now;
  }

  get size(): number {
    return this.young.size + this.old.size;
  }

  /** `shared`: it is the server's half of a span that the client reports, too. */
  add(place: string, span: KnownSpan, shared: boolean, now: number): void {
    if (now - this.youngSince >= this.windowMs || this.young.size >= this.limit / 2) this.turn(now);
    this.young.set(shared ? place + SHARED : place, span);
  }

  /** The span at a place; of a shared one the client's half. */
  at(place: string): KnownSpan | undefined {
    return this.young.get(place) ?? this.old.get(place);
  }

  /** The server's half of a shared span. */
  servedAt(place: string): KnownSpan | undefined {
    return this.at(place + SHARED);
  }

  /**
   * The span above `span` in the same service. 'elsewhere': that is another service's. 'missing': it is not known, or only the half of it that
   * the caller reported.
   */
  above({ parent, service }: KnownSpan): KnownSpan | 'elsewhere' | 'missing' {
    const served = this.servedAt(parent);
    if (served?.service === service) return served;
    const span = this.at(parent);
    if (span === undefined) return 'missing';
    if (span.service === service) return span;
    return span.isExit ? 'missing' : 'elsewhere';
  }

  private turn(now: number): void {
    // After a long silence both generations are past the window.
    this.old = now - this.youngSince >= 2 * this.windowMs ? new Map() : this.young;
    this.young = new Map();
    this.youngSince = now;
  }
}
