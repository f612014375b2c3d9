/** Which segments are stored. Metrics never depend on it. */
export interface Policy {
  /** Stored of 10 000 traces; 10 000 is all. */
  readonly rate?: number;
  /** Segments of at least this latency, ms, are stored whatever the rate; -1 switches that off. */
  readonly duration?: number;
}

export interface SamplingSettings {
  readonly default: Policy;
  readonly services: ReadonlyArray<Policy & { readonly name: string }>;
}

const ALL = 10_000;

/** Hash of Java's strings: 31 to the power of the place, over UTF-16 units, in 32 bits. */
export function javaStringHash(text: string): number {
  let hash = 0;
  for (let i = 0; i < text.length; i++) hash = (Math.imul(hash, 31) + text.charCodeAt(i)) | 0;
  return hash;
}

/** A trace's place among 10 000, 0 to 9 999: the same on every server, so that a trace is stored whole or not at all. */
export const sampleOf = (traceId: string): number => Math.abs(javaStringHash(traceId)) % ALL;

/** Source: analysis.md 5.7. */
export class SamplingPolicy {
  private readonly byDefault: Required<Policy>;
  private readonly byService: ReadonlyMap<string, Required<Policy>>;

  constructor(settings: SamplingSettings) {
    this.byDefault = { rate: settings.default.rate ?? ALL, duration: settings.default.duration ?? -1 };
    const { rate, duration } = this.byDefault;
    this.byService = new Map(settings.services.map((s) => [s.name, { rate: s.rate ?? rate, duration: s.duration ?? duration }]));
  }

  /** `service` is the name as the agent sent it. */
  stores(service: string, traceId: string, latency: number): boolean {
    const { rate, duration } = this.byService.get(service) ?? this.byDefault;
    return rate >= ALL || (duration >= 0 && latency >= duration) || sampleOf(traceId) < rate;
  }
}
