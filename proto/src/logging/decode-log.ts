import { TextTable } from '../text-table.js';
import { asBuffer, BYTES, VARINT, WireReader } from '../wire-reader.js';
import { emptyLog, type LogBodyView, type LogTagView, type LogTraceView, type LogView, MAX_LOG_TAGS, tooManyTags } from './log-view.js';

/** Bytes of the logs that are read out of a place of their own; nearly all are shorter. */
const USUAL_SIZE = 16 * 1024;

const names = new TextTable();

/** Reads logs, whose names and keys it makes once. */
class LogReader extends WireReader {
  private readonly words: DataView;

  constructor(bytes: Buffer) {
    super(bytes);
    this.words = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  }

  text(): string {
    this.expect(BYTES);
    return this.string();
  }

  /** A text that other logs are likely to have as well. */
  name(): string {
    this.expect(BYTES);
    const limit = this.limit();
    const text = names.text(this.bytes, this.words, this.at, limit);
    this.at = limit;
    return text;
  }
}

/** Logs are copied here to be read: views of words, which make names quick to compare, are too dear to make for each log. */
const usual = new LogReader(Buffer.alloc(USUAL_SIZE));

/** Decodes a `LogData` message. Its texts are copies; the bytes may be used again. Throws MalformedError. */
export function decodeLog(bytes: Uint8Array): LogView {
  const original = asBuffer(bytes);
  if (original.length > USUAL_SIZE) return readLog(new LogReader(original));
  original.copy(usual.bytes);
  usual.at = 0;
  usual.end = original.length;
  return readLog(usual);
}

function readLog(reader: LogReader): LogView {
  const log = emptyLog();
  while (reader.next()) {
    switch (reader.field) {
      case 1:
        reader.expect(VARINT);
        log.timestamp = reader.int64();
        break;
      case 2:
        log.service = reader.name();
        break;
      case 3:
        log.serviceInstance = reader.name();
        break;
      case 4:
        log.endpoint = reader.name();
        break;
      case 5:
        readBody(reader, log);
        break;
      case 6:
        log.trace = readTrace(reader, log.trace);
        break;
      case 7:
        readTags(reader, log.tags);
        break;
      case 8:
        log.layer = reader.name();
        break;
      default:
        reader.skip();
    }
  }
  return log;
}

const FORMATS: Readonly<Record<number, LogBodyView['format']>> = { 2: 'text', 3: 'json', 4: 'yaml' };

/** Of several members of the oneof the last one counts, as protobuf has it. */
function readBody(reader: LogReader, log: LogView): void {
  const outer = reader.enter();
  while (reader.next()) {
    const format = FORMATS[reader.field];
    if (reader.field === 1) log.type = reader.name();
    else if (format !== undefined) log.body = { format, content: readContent(reader, log.body.format === format ? log.body.content : '') };
    else reader.skip();
  }
  reader.leave(outer);
}

/** Each kind of content is a message with one text; a member that comes twice is merged. */
function readContent(reader: LogReader, before: string): string {
  let content = before;
  const outer = reader.enter();
  while (reader.next()) {
    if (reader.field === 1) content = reader.text();
    else reader.skip();
  }
  reader.leave(outer);
  return content;
}

function readTrace(reader: LogReader, before: LogTraceView | undefined): LogTraceView {
  const trace = before ?? { traceId: '', segmentId: '', spanId: 0 };
  const outer = reader.enter();
  while (reader.next()) {
    if (reader.field === 1) trace.traceId = reader.text();
    else if (reader.field === 2) trace.segmentId = reader.text();
    else if (reader.field === 3) {
      reader.expect(VARINT);
      trace.spanId = reader.int32();
    } else reader.skip();
  }
  reader.leave(outer);
  return trace;
}

function readTags(reader: LogReader, tags: LogTagView[]): void {
  const outer = reader.enter();
  while (reader.next()) {
    if (reader.field !== 1) {
      reader.skip();
      continue;
    }
    if (tags.length >= MAX_LOG_TAGS) throw tooManyTags(reader.at);
    tags.push(readTag(reader));
  }
  reader.leave(outer);
}

function readTag(reader: LogReader): LogTagView {
  let key = '';
  let value = '';
  const outer = reader.enter();
  while (reader.next()) {
    if (reader.field === 1) key = reader.name();
    else if (reader.field === 2) value = reader.name();
    else reader.skip();
  }
  reader.leave(outer);
  return { key, value };
}
