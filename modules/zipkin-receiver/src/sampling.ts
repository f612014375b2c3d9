import type { Clock } from '@skein/core';
import type { ZipkinSpan } from '@skein/telemetry';

const ALL = 10_000;
const LARGEST = 2n ** 63n - 1n;

/** Why a span is not taken. */
export type Refusal = 'over-rate' | 'sampled-out';

/** Chooses spans: debug spans always, of the others no more than so many a second, and of those a share of all traces. receivers.md 10.1. */
export class Sampling {
  private readonly boundary: bigint;
  private second = Number.NaN;
  private taken = 0;

  constructor(
    private readonly options: { readonly sampleRate: number; readonly maxSpansPerSecond: number },
    private readonly clock: Pick<Clock, 'now'>,
  ) {
    this.boundary = (LARGEST * BigInt(options.sampleRate)) / BigInt(ALL);
  }

  /** Why a span is not taken; undefined when it is. */
  refusal(span: ZipkinSpan): Refusal | undefined {
    if (span.debug) return undefined;
    if (this.isOverRate()) return 'over-rate';
    return this.options.sampleRate >= ALL || this.isSampled(span.traceId) ? undefined : 'sampled-out';
  }

  private isOverRate(): boolean {
    const { maxSpansPerSecond } = this.options;
    if (maxSpansPerSecond === 0) return false;
    const second = Math.floor(this.clock.now() / 1000);
    if (second !== this.second) {
      this.second = second;
      this.taken = 0;
    }
    return ++this.taken > maxSpansPerSecond;
  }

  /** By the last 64 bits as a signed number, so that every server and client library chooses the same traces. */
  private isSampled(traceId: string): boolean {
    const low = BigInt.asIntN(64, BigInt(`0x${traceId.slice(-16)}`));
    return (low < 0n ? -low : low) <= this.boundary;
  }
}
