import type { LogFilter, LogQuery, StoredLog } from '@skein/query/contract';
import type { ApiReadOptions } from './read-options.js';

/** Logs read at once. */
const PAGE = 1000;

export interface LogLimits {
  readonly entries: number;
  /** UTF-16 units of all logs together. */
  readonly size: number;
}

/** The first logs of a list, page by page, as far as the limits go. That the size ended it is a cut; that the entries did is what was asked for. */
export async function readLogs(
  logs: LogQuery,
  filter: Omit<LogFilter, 'page'>,
  limits: LogLimits,
  o: ApiReadOptions,
): Promise<readonly StoredLog[]> {
  const found: StoredLog[] = [];
  let size = 0;
  for (let page = 1; found.length < limits.entries; page++) {
    const rows = await logs.list({ ...filter, page: { page, size: Math.min(PAGE, limits.entries) } }, o);
    for (const row of rows.slice(0, limits.entries - found.length)) {
      size += sizeOf(row);
      if (size > limits.size && found.length > 0) {
        o.onCut({ what: 'logs', limit: `the answer has its largest size (${limits.size}); ask for fewer logs` });
        return found;
      }
      found.push(row);
    }
    if (rows.length < Math.min(PAGE, limits.entries)) break;
  }
  return found;
}

const sizeOf = ({ content = '', tags }: StoredLog): number =>
  tags.reduce((sum, { key, value }) => sum + key.length + value.length, content.length);
