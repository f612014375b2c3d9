import { BYTES, WireReader } from '../wire-reader.js';

/** The wire's numbers of protocols. TCP came only in the form of 8.6 to 9.2. */
export const MeshProtocol = { HTTP: 0, gRPC: 1, TCP: 2 } as const;
/** The wire's numbers of who saw a call. */
export const MeshDetectPoint = { client: 0, server: 1, proxy: 2 } as const;

/** One request or connection that a proxy saw, whatever form it came in: receivers.md 6.14. What was not sent is zero or empty. */
export class MeshItem {
  /** ms since the epoch. */
  startTime = 0;
  endTime = 0;
  sourceService = '';
  sourceInstance = '';
  destService = '';
  destInstance = '';
  endpoint = '';
  /** ms, as the proxy says. */
  latency = 0;
  responseCode = 0;
  /** true = success. */
  status = false;
  /** A {@link MeshProtocol}, or a number that is not known. */
  protocol = 0;
  /** A {@link MeshDetectPoint}, or a number that is not known. */
  detectPoint = 0;
  tlsMode = '';
  internalErrorCode = '';
  internalRequestLatencyNanos = 0;
  internalResponseLatencyNanos = 0;
  /** Of connections. */
  receivedBytes = 0;
  sentBytes = 0;
  /** It is a connection, and no request. */
  isConnection = false;
  /** From the first property of the called instance to the end of the last one; other fields may lie between them. */
  private propertiesFrom = 0;
  private propertiesTo = 0;
  private propertiesField = 0;

  /** `bytes`: those of the whole message, which must not change. */
  constructor(private readonly bytes: Buffer) {}

  /** Where a property of the called instance lies. */
  propertyAt(field: number, from: number, to: number): void {
    if (this.propertiesTo === 0) this.propertiesFrom = from;
    this.propertiesTo = to;
    this.propertiesField = field;
  }

  /** The properties of the called instance as they came, to be compared with others; empty if there are none. */
  get destPropertyBytes(): Buffer {
    return this.bytes.subarray(this.propertiesFrom, this.propertiesTo);
  }

  /** The properties of the called instance, in the order of the wire. They were checked when the item was decoded. */
  *destProperties(): Generator<{ readonly key: string; readonly value: string }> {
    const reader = new WireReader(this.bytes, this.propertiesFrom, this.propertiesTo);
    while (reader.next()) {
      if (reader.field === this.propertiesField) yield readPair(reader);
      else reader.skip();
    }
  }
}

/** Reads a KeyStringValuePair, which is the field at hand. */
function readPair(reader: WireReader): { readonly key: string; readonly value: string } {
  let key = '';
  let value = '';
  const outer = reader.enter();
  while (reader.next()) {
    if (reader.field > 2) {
      reader.skip();
      continue;
    }
    reader.expect(BYTES);
    if (reader.field === 1) key = reader.string();
    else value = reader.string();
  }
  reader.leave(outer);
  return { key, value };
}
