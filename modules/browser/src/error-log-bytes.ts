import { type ErrorLog, skywalking } from '@skein/proto/browser';
import { clip } from '@skein/telemetry/storage';

const { BrowserErrorLog } = skywalking.v3;

/** A log up to this size is stored as it came. */
const USUAL_BYTES = 65_536;
/** What the texts of larger logs are cut to, UTF-8 bytes: an ajax error carries the whole answer as its stack. */
const LONGEST = {
  uniqueId: 1024,
  service: 2048,
  serviceVersion: 2048,
  pagePath: 8192,
  grade: 1024,
  message: 16_384,
  stack: 65_536,
  errorUrl: 8192,
} as const satisfies Partial<Record<keyof ErrorLog, number>>;

/** An error log as it is stored. */
export interface StoredBytes {
  readonly bytes: Uint8Array;
  /** Texts were too long, and lost their ends. */
  readonly cut: boolean;
}

/** `raw`: the log as it came, owned by the caller, if it came as protobuf. */
export function errorLogBytes(log: ErrorLog, raw: Uint8Array | undefined): StoredBytes {
  const bytes = raw ?? encode(log);
  return bytes.length <= USUAL_BYTES ? { bytes, cut: false } : { bytes: encode(clipped(log)), cut: true };
}

function clipped(log: ErrorLog): ErrorLog {
  const short = { ...log };
  for (const [name, bytes] of Object.entries(LONGEST)) {
    const text = name as keyof typeof LONGEST;
    short[text] = clip(log[text], bytes);
  }
  return short;
}

/** Copied, because the encoder cuts small messages out of a shared pool. */
const encode = (log: ErrorLog): Uint8Array => Uint8Array.prototype.slice.call(BrowserErrorLog.encode(log).finish());
