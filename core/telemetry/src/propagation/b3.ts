/** Where a request comes from, as Zipkin's tracers tell it. Ids are lower-case hex: 32 or 16 digits of the trace, 16 of spans. */
export interface B3Context {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  /** Absent: the decision is the callee's. */
  readonly sampled?: boolean;
  /** To be recorded whatever else was decided; then `sampled` is true. */
  readonly debug: boolean;
}

const TRACE_ID = /^(?:[0-9a-f]{16}|[0-9a-f]{32})$/;
const SPAN_ID = /^[0-9a-f]{16}$/;
const isZero = (id: string): boolean => /^0+$/.test(id);

/** Reads a header by its lower-case name. */
type Header = (name: string) => string | undefined;

/** Reads the single header `b3`, or else the `x-b3-` headers. Undefined without both ids: there is no caller then, at most a decision. */
export function decodeB3(header: Header): B3Context | undefined {
  const single = header('b3');
  return (single === undefined ? undefined : fromSingle(single)) ?? fromSeveral(header);
}

/** `traceId-spanId[-state[-parentSpanId]]` */
function fromSingle(text: string): B3Context | undefined {
  if (text.length > 32 + 1 + 16 + 2 + 17) return undefined;
  const [traceId = '', spanId = '', state, parentSpanId, ...more] = text.trim().split('-');
  return more.length > 0 ? undefined : context(traceId, spanId, parentSpanId, state);
}

function fromSeveral(header: Header): B3Context | undefined {
  const state = header('x-b3-flags')?.trim() === '1' ? 'd' : header('x-b3-sampled');
  return context(header('x-b3-traceid') ?? '', header('x-b3-spanid') ?? '', header('x-b3-parentspanid'), state);
}

function context(trace: string, span: string, parent: string | undefined, state: string | undefined): B3Context | undefined {
  const traceId = trace.trim().toLowerCase();
  const spanId = span.trim().toLowerCase();
  if (!TRACE_ID.test(traceId) || !SPAN_ID.test(spanId) || isZero(traceId) || isZero(spanId)) return undefined;
  const parentSpanId = parent?.trim().toLowerCase();
  const sampled = decision(state?.trim().toLowerCase());
  if (sampled === 'malformed' || (parentSpanId !== undefined && !SPAN_ID.test(parentSpanId))) return undefined;
  return {
    traceId,
    spanId,
    ...(parentSpanId !== undefined && { parentSpanId }),
    ...(sampled !== undefined && { sampled: sampled !== false }),
    debug: sampled === 'debug',
  };
}

function decision(state: string | undefined): boolean | 'debug' | 'malformed' | undefined {
  switch (state) {
    case undefined:
    case '':
      return undefined;
    case '1':
    case 'true':
      return true;
    case '0':
    case 'false':
      return false;
    case 'd':
      return 'debug';
    default:
      return 'malformed';
  }
}
