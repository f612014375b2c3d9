import { MalformedError } from '../malformed.js';
import { TextTable } from '../text-table.js';
import { asBuffer, BYTES, VARINT, WireReader } from '../wire-reader.js';
import { MeshItem, MeshProtocol } from './mesh-item.js';

/** Items of one message. An empty one takes 2 bytes on the wire and a hundred times that in memory. */
const MAX_ITEMS = 50_000;
/** Bytes of the messages that are read out of a place of their own; nearly all are shorter. */
const USUAL_SIZE = 64 * 1024;

const names = new TextTable();

/** Reads messages, whose names it makes once. */
class MeshReader extends WireReader {
  private readonly words: DataView;
  /** The bytes that items refer to. They may lie elsewhere than those that are read. */
  original: Buffer;

  constructor(bytes: Buffer) {
    super(bytes);
    this.original = bytes;
    this.words = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  }

  /** A text that other items are likely to have as well. */
  name(): string {
    this.expect(BYTES);
    const limit = this.limit();
    const text = names.text(this.bytes, this.words, this.at, limit);
    this.at = limit;
    return text;
  }

  number(): number {
    this.expect(VARINT);
    return this.int64();
  }

  small(): number {
    this.expect(VARINT);
    return this.int32();
  }
}

/** Messages are copied here to be read: views of words, which make names quick to compare, are too dear to make for each of them. */
const usual = new MeshReader(Buffer.alloc(USUAL_SIZE));

/**
 * Decodes a message of `ServiceMeshMetricService/collect` in either of its forms: the wrapper around requests or connections of today, or the
 * one flat item of 8.0 to 9.2. Throws {@link MalformedError}. Items refer to `bytes`, which must not change.
 */
export function decodeMesh(bytes: Uint8Array): readonly MeshItem[] {
  const original = asBuffer(bytes);
  if (original.length > USUAL_SIZE) return readMessage(new MeshReader(original));
  original.copy(usual.bytes);
  usual.original = original;
  usual.at = 0;
  usual.end = original.length;
  return readMessage(usual);
}

function readMessage(reader: MeshReader): readonly MeshItem[] {
  const { at } = reader;
  const flat = isFlat(reader);
  reader.at = at;
  if (!flat) return readWrapper(reader);
  const item = new MeshItem(reader.original);
  readFlat(reader, item);
  return [item];
}

/** Fields 1 and 2 are times in the flat form, and messages in the wrapper. Where there is neither, the wrapper would be empty. */
function isFlat(reader: MeshReader): boolean {
  let fields = 0;
  while (reader.next()) {
    if (reader.field <= 2) return reader.type === VARINT;
    fields++;
    reader.skip();
  }
  return fields > 0;
}

function readWrapper(reader: MeshReader): readonly MeshItem[] {
  const items: MeshItem[] = [];
  while (reader.next()) {
    if (reader.field === 1) readList(reader, items, readRequest);
    else if (reader.field === 2) readList(reader, items, readConnection);
    else reader.skip();
  }
  return items;
}

function readList(reader: MeshReader, items: MeshItem[], read: (reader: MeshReader, item: MeshItem) => void): void {
  const list = reader.enter();
  while (reader.next()) {
    if (reader.field !== 1) {
      reader.skip();
      continue;
    }
    if (items.length >= MAX_ITEMS) throw new MalformedError(`a message of more than ${MAX_ITEMS} items`, reader.at);
    const item = new MeshItem(reader.original);
    const outer = reader.enter();
    read(reader, item);
    reader.leave(outer);
    items.push(item);
  }
  reader.leave(list);
}

function readRequest(reader: MeshReader, item: MeshItem): void {
  while (reader.next()) {
    if (reader.field <= 14) readRequestField(reader, item);
    else if (reader.field === 15) item.internalRequestLatencyNanos = reader.number();
    else if (reader.field === 16) item.internalResponseLatencyNanos = reader.number();
    else if (reader.field === 18) readProperty(reader, item);
    else reader.skip();
  }
}

function readFlat(reader: MeshReader, item: MeshItem): void {
  while (reader.next()) {
    if (reader.field <= 14) readRequestField(reader, item);
    else if (reader.field === 15) readTcpInfo(reader, item);
    else if (reader.field === 16) item.internalRequestLatencyNanos = reader.number();
    else if (reader.field === 17) item.internalResponseLatencyNanos = reader.number();
    else if (reader.field === 19) readProperty(reader, item);
    else reader.skip();
  }
  item.isConnection = item.protocol === MeshProtocol.TCP;
}

function readConnection(reader: MeshReader, item: MeshItem): void {
  item.isConnection = true;
  while (reader.next()) {
    switch (reader.field) {
      case 7:
        item.detectPoint = reader.small();
        break;
      case 8:
        item.tlsMode = reader.name();
        break;
      case 9:
        item.internalErrorCode = reader.name();
        break;
      case 10:
        item.internalRequestLatencyNanos = reader.number();
        break;
      case 11:
        item.internalResponseLatencyNanos = reader.number();
        break;
      case 13:
        readProperty(reader, item);
        break;
      case 14:
        item.receivedBytes = reader.number();
        break;
      case 15:
        item.sentBytes = reader.number();
        break;
      default:
        readCommonField(reader, item);
    }
  }
}

/** Fields 1 to 14, which are the same in the flat form and in the request of today. */
function readRequestField(reader: MeshReader, item: MeshItem): void {
  switch (reader.field) {
    case 7:
      item.endpoint = reader.name();
      break;
    case 8:
      item.latency = reader.small();
      break;
    case 9:
      item.responseCode = reader.small();
      break;
    case 10:
      item.status = reader.number() !== 0;
      break;
    case 11:
      item.protocol = reader.small();
      break;
    case 12:
      item.detectPoint = reader.small();
      break;
    case 13:
      item.tlsMode = reader.name();
      break;
    case 14:
      item.internalErrorCode = reader.name();
      break;
    default:
      readCommonField(reader, item);
  }
}

/** Fields 1 to 6, which all forms have. */
function readCommonField(reader: MeshReader, item: MeshItem): void {
  switch (reader.field) {
    case 1:
      item.startTime = reader.number();
      break;
    case 2:
      item.endTime = reader.number();
      break;
    case 3:
      item.sourceService = reader.name();
      break;
    case 4:
      item.sourceInstance = reader.name();
      break;
    case 5:
      item.destService = reader.name();
      break;
    case 6:
      item.destInstance = reader.name();
      break;
    default:
      reader.skip();
  }
}

function readTcpInfo(reader: MeshReader, item: MeshItem): void {
  const outer = reader.enter();
  while (reader.next()) {
    if (reader.field === 1) item.receivedBytes = reader.number();
    else if (reader.field === 2) item.sentBytes = reader.number();
    else reader.skip();
  }
  reader.leave(outer);
}

/** Walked over, so that a malformed one is told now; its texts are made when somebody asks for them, which is once a minute and instance. */
function readProperty(reader: MeshReader, item: MeshItem): void {
  const { fieldAt, field } = reader;
  const outer = reader.enter();
  const { end } = reader;
  while (reader.next()) {
    if (reader.field <= 2) reader.expect(BYTES);
    reader.skip();
  }
  reader.leave(outer);
  item.propertyAt(field, fieldAt, end);
}
