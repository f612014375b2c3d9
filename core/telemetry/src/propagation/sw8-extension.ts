import { integer } from './decimal.js';

/** Name of the header. */
export const SW8_EXTENSION_HEADER = 'sw8-x';

/** What `sw8-x` adds to `sw8`. Source: receivers.md 9.2. */
export interface Sw8Extension {
  /** All spans of the callee are kept, but count for no metric. */
  readonly skipAnalysis: boolean;
  /** When the caller sent it, ms since the epoch: brokers' consumers tell the transmission latency from it. */
  readonly sendTime?: number;
}

/** An absent time is one space. */
export const encodeSw8Extension = ({ skipAnalysis, sendTime }: Sw8Extension): string => `${skipAnalysis ? '1' : '0'}-${sendTime ?? ' '}`;

/** Every part is optional, and what does not fit is as if it were absent; further parts are ignored. */
export function decodeSw8Extension(header: string): Sw8Extension {
  const [mode, time = ''] = header.split('-', 2);
  const sendTime = integer(time.trim());
  return { skipAnalysis: mode?.trim() === '1', ...(sendTime !== undefined && sendTime >= 0 && { sendTime }) };
}
