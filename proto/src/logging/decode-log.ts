import { asBuffer, BYTES, VARINT, WireReader } from '../wire-reader.js';
import { emptyLog, type LogBodyView, type LogTagView, type LogTraceView, type LogView, MAX_LOG_TAGS, tooManyTags } from './log-view.js';

/** Decodes a `LogData` message. Its texts are copies; the bytes may be used again. Throws MalformedError. */
export function decodeLog(bytes: Uint8Array): LogView {
  const reader = new WireReader(asBuffer(bytes));
  const log = emptyLog();
  while (reader.next()) {
    switch (reader.field) {
      case 1:
        reader.expect(VARINT);
        log.timestamp = reader.int64();
        break;
      case 2:
        log.service = text(reader);
        break;
      case 3:
        log.serviceInstance = text(reader);
        break;
      case 4:
        log.endpoint = text(reader);
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
        log.layer = text(reader);
        break;
      default:
        reader.skip();
    }
  }
  return log;
}

function text(reader: WireReader): string {
  reader.expect(BYTES);
  return reader.string();
}

const FORMATS: Readonly<Record<number, LogBodyView['format']>> = { 2: 'text', 3: 'json', 4: 'yaml' };

/** Of several members of the oneof the last one counts, as protobuf has it. */
function readBody(reader: WireReader, log: LogView): void {
  const outer = reader.enter();
  while (reader.next()) {
    const format = FORMATS[reader.field];
    if (reader.field === 1) log.type = text(reader);
    else if (format !== undefined) log.body = { format, content: readContent(reader, log.body.format === format ? log.body.content : '') };
    else reader.skip();
  }
  reader.leave(outer);
}

/** Each kind of content is a message with one text; a member that comes twice is merged. */
function readContent(reader: WireReader, before: string): string {
  let content = before;
  const outer = reader.enter();
  while (reader.next()) {
    if (reader.field === 1) content = text(reader);
    else reader.skip();
  }
  reader.leave(outer);
  return content;
}

function readTrace(reader: WireReader, before: LogTraceView | undefined): LogTraceView {
  const trace = before ?? { traceId: '', segmentId: '', spanId: 0 };
  const outer = reader.enter();
  while (reader.next()) {
    if (reader.field === 1) trace.traceId = text(reader);
    else if (reader.field === 2) trace.segmentId = text(reader);
    else if (reader.field === 3) {
      reader.expect(VARINT);
      trace.spanId = reader.int32();
    } else reader.skip();
  }
  reader.leave(outer);
  return trace;
}

function readTags(reader: WireReader, tags: LogTagView[]): void {
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

function readTag(reader: WireReader): LogTagView {
  let key = '';
  let value = '';
  const outer = reader.enter();
  while (reader.next()) {
    if (reader.field === 1) key = text(reader);
    else if (reader.field === 2) value = text(reader);
    else reader.skip();
  }
  reader.leave(outer);
  return { key, value };
}
