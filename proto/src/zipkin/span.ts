/** `CLIENT` and `SERVER` are two views of one request; no kind: work inside a process. */
export type SpanKind = 'CLIENT' | 'SERVER' | 'PRODUCER' | 'CONSUMER';

/** Host and service at one side of a span. At least one member is there. */
export interface SpanEndpoint {
  /** In lower case. */
  readonly serviceName: string | undefined;
  readonly ipv4: string | undefined;
  readonly ipv6: string | undefined;
  readonly port: number | undefined;
}

/** Something that happened during a span. */
export interface SpanAnnotation {
  /** Microseconds since the epoch. */
  readonly timestamp: number;
  readonly value: string;
}

const NO_ANNOTATIONS: SpanAnnotation[] = [];
const NO_TAGS: ReadonlyMap<string, string> = new Map();

/** Rough sizes in memory: a span with its ids, an annotation, a tag. */
const SPAN_WEIGHT = 400;
const PART_WEIGHT = 80;

/** A Zipkin v2 span as all encodings are read into. Ids are lower-case hex text of 16 or 32 digits, names in lower case. */
export class DecodedSpan {
  parentId: string | undefined = undefined;
  kind: SpanKind | undefined = undefined;
  name: string | undefined = undefined;
  /** Microseconds since the epoch, exact below 2^53; 0: unknown. */
  timestamp = 0;
  /** Microseconds; 0: unknown. */
  duration = 0;
  localEndpoint: SpanEndpoint | undefined = undefined;
  remoteEndpoint: SpanEndpoint | undefined = undefined;
  annotations = NO_ANNOTATIONS;
  tags = NO_TAGS;
  debug = false;
  shared = false;
  /** Bytes that it holds in memory, roughly. */
  weight = SPAN_WEIGHT;

  constructor(
    readonly traceId: string,
    readonly id: string,
  ) {}

  annotate(timestamp: number, value: string): void {
    if (this.annotations === NO_ANNOTATIONS) this.annotations = [{ timestamp, value }];
    else this.annotations.push({ timestamp, value });
    this.weight += PART_WEIGHT + value.length;
  }

  /** The last value of a key stays. */
  tag(key: string, value: string): void {
    if (this.tags === NO_TAGS) this.tags = new Map();
    (this.tags as Map<string, string>).set(key, value);
    this.weight += PART_WEIGHT + key.length + value.length;
  }
}

/** Of ES2024: Node.js has it, the compiler's library does not know it yet. */
interface WellFormedString {
  isWellFormed(): boolean;
  toWellFormed(): string;
}

/** JSON can write halves of characters, which UTF-8 cannot: they become U+FFFD. */
export function wellFormed(text: string): string {
  const checked = text as unknown as WellFormedString;
  return checked.isWellFormed() ? text : checked.toWellFormed();
}

/** An endpoint, or undefined if nothing is known of it. */
export function endpointOf(
  serviceName: string | undefined,
  ipv4: string | undefined,
  ipv6: string | undefined,
  port: number | undefined,
): SpanEndpoint | undefined {
  if (serviceName === undefined && ipv4 === undefined && ipv6 === undefined && port === undefined) return undefined;
  return { serviceName, ipv4, ipv6, port };
}

/** A name of a service or span: in lower case, undefined when empty. */
export const spanName = (text: string): string | undefined => (text === '' ? undefined : wellFormed(text).toLowerCase());

/** Microseconds of a clock or a stopwatch; what is below zero is unknown. */
export const micros = (value: number): number => Math.max(value, 0);
