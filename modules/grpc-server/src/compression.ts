import { gunzip, inflate } from 'node:zlib';
import { ProtocolError } from './protocol-error.js';
import { Code } from './status-codes.js';

const INFLATERS = new Map([
  ['gzip', gunzip],
  ['deflate', inflate],
]);

/** Inflates one message; the result owns its bytes and is at most `limit` long. Rejects with ProtocolError. */
export function inflateMessage(encoding: string | undefined, message: Uint8Array, limit: number): Promise<Uint8Array> {
  const inflater = INFLATERS.get(encoding ?? 'identity');
  if (inflater === undefined) return Promise.reject(noInflater(encoding));
  return new Promise((resolve, reject) => {
    inflater(message, { maxOutputLength: limit }, (error: NodeJS.ErrnoException | null, bytes: Buffer) => {
      if (error === null) resolve(owned(bytes));
      else if (error.code === 'ERR_BUFFER_TOO_LARGE') {
        reject(new ProtocolError(Code.RESOURCE_EXHAUSTED, `a message is above the limit of ${limit} bytes when it is inflated`));
      } else reject(new ProtocolError(Code.INTERNAL, `a message cannot be inflated (${encoding})`));
    });
  });
}

function noInflater(encoding: string | undefined): ProtocolError {
  if (encoding === undefined || encoding === 'identity') {
    return new ProtocolError(Code.INTERNAL, 'a message is marked as compressed, but the call names no encoding');
  }
  return new ProtocolError(Code.UNIMPLEMENTED, `messages with the encoding "${encoding}" cannot be read`);
}

/** zlib writes into blocks of 16 KiB, of which a small message would keep all. */
function owned(bytes: Buffer): Uint8Array {
  if (bytes.buffer.byteLength <= bytes.byteLength + 64) return bytes;
  const copy = Buffer.allocUnsafeSlow(bytes.byteLength);
  bytes.copy(copy);
  return copy;
}
