import { JsonError } from '../json-error.js';
import { parseJson } from '../json-text.js';
import { MalformedError } from '../malformed.js';
import { asBuffer } from '../wire-reader.js';
import { SpanListReader } from './protobuf.js';
import type { DecodedSpan } from './span.js';
import { thriftSpans } from './thrift.js';
import { v2Spans } from './v1-conversion.js';
import { v1SpanFromJson } from './v1-json.js';
import { spanFromJson } from './v2-json.js';

/** How a list of spans may be written. */
export type SpanEncoding = 'json-v1' | 'json-v2' | 'thrift' | 'protobuf';

/** Spans that one message may hold. */
const MOST_SPANS = 100_000;
/** Spans that may be wrong before the rest of the list is not looked at: each costs the making of an error. */
const MOST_WRONG = 100;

/** What a list of spans held. */
export class SpanList {
  readonly spans: DecodedSpan[] = [];
  /** Spans that could not be read, and those after the hundredth of them, which were not looked at. */
  malformed = 0;
  /** Why the first one could not be read. */
  problem: Error | undefined;

  /** Takes what `read` gives; its JsonError or MalformedError makes a span malformed. */
  take(read: () => void): void {
    try {
      read();
    } catch (error) {
      if (!(error instanceof JsonError) && !(error instanceof MalformedError)) throw error;
      this.malformed++;
      this.problem ??= error;
    }
    if (this.spans.length > MOST_SPANS) throw new MalformedError(`more than ${MOST_SPANS} spans`, 0);
  }

  get isHopeless(): boolean {
    return this.malformed >= MOST_WRONG;
  }
}

/**
 * Reads a list of spans; v1 spans are converted, so that one may become two. An empty body is an empty list. Spans that are wrong are
 * counted, and the others go on; at the hundredth the rest is given up. Throws JsonError or MalformedError when it is no list of spans.
 */
export function decodeSpans(body: Uint8Array, encoding: SpanEncoding): SpanList {
  if (body.length === 0) return new SpanList();
  switch (encoding) {
    case 'json-v1':
      return fromJson(body, (value, index, spans) => {
        for (const span of v2Spans(v1SpanFromJson(value, index))) spans.push(span);
      });
    case 'json-v2':
      return fromJson(body, (value, index, spans) => {
        spans.push(spanFromJson(value, index));
      });
    case 'thrift':
      return fromThrift(asBuffer(body));
    case 'protobuf':
      return fromProtobuf(asBuffer(body));
  }
}

function fromJson(body: Uint8Array, read: (value: unknown, index: number, spans: DecodedSpan[]) => void): SpanList {
  const document = parseJson(body);
  if (!Array.isArray(document)) throw new JsonError('', 'an array of spans', document === null ? 'null' : `a single ${typeof document}`);
  const list = new SpanList();
  for (let i = 0; i < document.length; i++) {
    if (list.isHopeless) {
      list.malformed += document.length - i;
      break;
    }
    list.take(() => read(document[i], i, list.spans));
  }
  return list;
}

function fromThrift(body: Buffer): SpanList {
  const list = new SpanList();
  for (const span of thriftSpans(body)) {
    if (span === undefined && list.isHopeless) {
      list.malformed++;
      continue;
    }
    list.take(() => {
      if (span === undefined) throw new MalformedError('a span without an id', 0);
      for (const converted of v2Spans(span)) list.spans.push(converted);
    });
  }
  return list;
}

function fromProtobuf(body: Buffer): SpanList {
  const list = new SpanList();
  const reader = new SpanListReader(body);
  for (let place = reader.next(); place !== undefined; place = reader.next()) {
    if (list.isHopeless) {
      list.malformed++;
      continue;
    }
    const found = place;
    list.take(() => list.spans.push(reader.read(found)));
  }
  return list;
}
