import type { ZipkinEndpoint, ZipkinSpan } from '@skein/telemetry';

/** Two multiplicative chains over UTF-16 units, mixed in the end: 64 bits, of which 53 are kept. */
class Fingerprint {
  private a = 0x243f6a88;
  private b = 0x85a308d3;

  text(text: string | undefined): void {
    let { a, b } = this;
    const length = text === undefined ? 0 : text.length;
    for (let i = 0; i < length; i++) {
      const unit = text!.charCodeAt(i);
      a = Math.imul(a ^ unit, 0x9e3779b1);
      a ^= a >>> 15;
      b = Math.imul(b ^ unit, 0x5f356495);
      b ^= b >>> 13;
    }
    this.a = a;
    this.b = b;
    // Says where a text ends.
    this.unit(0x1_0000);
  }

  number(value: number): void {
    this.unit(value | 0);
    this.unit((value / 2 ** 32) | 0);
  }

  unit(value: number): void {
    const a = Math.imul(this.a ^ value, 0x9e3779b1);
    const b = Math.imul(this.b ^ value, 0x5f356495);
    this.a = a ^ (a >>> 15);
    this.b = b ^ (b >>> 13);
  }

  endpoint(endpoint: ZipkinEndpoint | undefined): void {
    this.text(endpoint?.serviceName);
    this.text(endpoint?.ipv4);
    this.text(endpoint?.ipv6);
    this.number(endpoint?.port ?? 0);
  }

  end(): string {
    const low = Math.imul(this.a ^ (this.b >>> 16), 0xc2b2ae35) >>> 0;
    const high = Math.imul(this.b ^ (this.a >>> 16), 0x27d4eb2f) >>> 11;
    return (high * 2 ** 32 + low).toString(36);
  }
}

/**
 * What a copy of a span has in common with the first: ids and all of its content. The ids alone do not do, since both sides of a request may
 * share them, and since a sender may report a span in parts.
 */
export function spanKey(span: ZipkinSpan): string {
  const print = new Fingerprint();
  print.text(span.traceId);
  print.text(span.id);
  print.text(span.kind);
  print.unit((span.shared ? 2 : 0) + (span.debug ? 1 : 0));
  print.text(span.name);
  print.text(span.parentId);
  print.number(span.timestamp);
  print.number(span.duration);
  print.endpoint(span.localEndpoint);
  print.endpoint(span.remoteEndpoint);
  for (const { timestamp, value } of span.annotations) {
    print.number(timestamp);
    print.text(value);
  }
  for (const [key, value] of span.tags) {
    print.text(key);
    print.text(value);
  }
  // Short, since hundreds of thousands are kept: half of the trace id, which is random, and the fingerprint of everything.
  return span.traceId.slice(-16) + print.end();
}
