import type { RecordModel } from '@skein/telemetry/storage';

const id = { type: 'string', maxBytes: 2048 } as const;

/** Largest `data`: the sum of what the texts of a log are cut to, and some. */
export const MAX_LOG_BYTES = 131_072;

/** One error that a browser saw. `category` is a BrowserErrorCategory, `data` a protobuf BrowserErrorLog, `time` the server's. */
export const BrowserErrorLogModel: RecordModel = {
  kind: 'record',
  name: 'browser_error_log',
  version: 1,
  ttl: 'logs',
  fields: {
    service: id,
    version: id,
    page: id,
    category: { type: 'int' },
    time: { type: 'instant' },
    data: { type: 'bytes', maxBytes: MAX_LOG_BYTES },
  },
  time: 'time',
  filter: ['service', 'version', 'page', 'category'],
  body: 'data',
};
