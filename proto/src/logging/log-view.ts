import { MalformedError } from '../malformed.js';

/** A `LogData` message as receivers hand it on. Texts are empty where the sender gave none. */
export interface LogView {
  /** ms since the epoch; 0: none was given. */
  timestamp: number;
  service: string;
  serviceInstance: string;
  endpoint: string;
  /** Name of a layer. */
  layer: string;
  /** What the sender calls the kind of body. */
  type: string;
  body: LogBodyView;
  /** Undefined where the log belongs to no trace. */
  trace: LogTraceView | undefined;
  tags: LogTagView[];
}

/** Content, and which member of the oneof it came in. */
export interface LogBodyView {
  readonly format: 'none' | 'text' | 'json' | 'yaml';
  readonly content: string;
}

/** The span that a log was written in. */
export interface LogTraceView {
  traceId: string;
  segmentId: string;
  spanId: number;
}

/** One tag. */
export interface LogTagView {
  readonly key: string;
  readonly value: string;
}

/** A body without content. */
export const NO_BODY: LogBodyView = { format: 'none', content: '' };

/** Tags that one log may have: an empty one takes 2 bytes on the wire and fifty times that in memory. */
export const MAX_LOG_TAGS = 10_000;

/** A log that says nothing. */
export const emptyLog = (): LogView => ({
  timestamp: 0,
  service: '',
  serviceInstance: '',
  endpoint: '',
  layer: '',
  type: '',
  body: NO_BODY,
  trace: undefined,
  tags: [],
});

/** What a message with more tags than are read is refused with. */
export const tooManyTags = (offset: number): MalformedError => new MalformedError(`a log of more than ${MAX_LOG_TAGS} tags`, offset);
