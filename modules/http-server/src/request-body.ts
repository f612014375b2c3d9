import type { IncomingMessage } from 'node:http';
import { promisify } from 'node:util';
import { brotliDecompress, gunzip, inflate, inflateRaw, type ZlibOptions } from 'node:zlib';
import { StatusError } from '@skein/core';

export interface BodyLimits {
  readonly maxBodyBytes: number;
  readonly maxInflateRatio: number;
}

/** Below this inflated size no ratio is too high: small repetitive bodies are honest. */
const RATIO_FLOOR = 1024 * 1024;

const EMPTY = Buffer.alloc(0);

type Inflate = (body: Buffer, options: ZlibOptions) => Promise<Buffer>;
const gunzipAsync: Inflate = promisify<Buffer, ZlibOptions, Buffer>(gunzip);
const brotliAsync: Inflate = promisify<Buffer, ZlibOptions, Buffer>(brotliDecompress);
const inflateAsync: Inflate = promisify<Buffer, ZlibOptions, Buffer>(inflate);
const inflateRawAsync: Inflate = promisify<Buffer, ZlibOptions, Buffer>(inflateRaw);

/** `deflate` is zlib by the standard, and raw in the practice of some clients: a zlib header tells. */
const deflated: Inflate = (body, options) => {
  const isZlib = body.length >= 2 && (body[0]! & 15) === 8 && body.readUInt16BE(0) % 31 === 0;
  return isZlib ? inflateAsync(body, options) : inflateRawAsync(body, options);
};

const DECODERS: ReadonlyMap<string, Inflate> = new Map([
  ['gzip', gunzipAsync],
  ['x-gzip', gunzipAsync],
  ['deflate', deflated],
  ['br', brotliAsync],
]);

/**
 * Reads the whole body, inflated. Throws StatusError: PAYLOAD_TOO_LARGE above the limit, UNSUPPORTED_MEDIA_TYPE for an unknown encoding,
 * INVALID_ARGUMENT for a body that does not inflate, or grows more than a client's data would.
 */
export async function readBody(request: IncomingMessage, limits: BodyLimits): Promise<Buffer> {
  const encoding = (request.headers['content-encoding'] ?? 'identity').trim().toLowerCase();
  const decode = DECODERS.get(encoding);
  if (decode === undefined && encoding !== 'identity' && encoding !== '') {
    throw new StatusError('UNSUPPORTED_MEDIA_TYPE', 'unknown Content-Encoding; gzip, deflate and br are understood');
  }
  const body = await readAll(request, limits.maxBodyBytes);
  return decode === undefined || body.length === 0 ? body : await inflated(body, decode, limits);
}

/**
 * Of a body that is too large the rest is read and thrown away, for as long as the request may take: a client that is cut off while it sends
 * would never see the answer. (An async iteration would destroy the socket on its way out.)
 */
function readAll(request: IncomingMessage, limit: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const parts: Buffer[] = [];
    let size = 0;
    const refuse = (): void => {
      parts.length = 0;
      request.off('data', take);
      request.resume();
      reject(tooLarge(limit));
    };
    const take = (part: Buffer): void => {
      size += part.length;
      if (size > limit) refuse();
      else parts.push(part);
    };
    if (Number(request.headers['content-length']) > limit) {
      refuse();
      return;
    }
    request.on('data', take);
    request.once('end', () => resolve(parts.length === 0 ? EMPTY : Buffer.concat(parts, size)));
    const early = (): void => reject(new StatusError('INVALID_ARGUMENT', 'the body ended early'));
    request.once('error', early);
    request.once('close', early);
  });
}

async function inflated(body: Buffer, decode: Inflate, { maxBodyBytes, maxInflateRatio }: BodyLimits): Promise<Buffer> {
  const byRatio = Math.max(RATIO_FLOOR, body.length * maxInflateRatio);
  try {
    return await decode(body, { maxOutputLength: Math.min(maxBodyBytes, byRatio) });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ERR_BUFFER_TOO_LARGE') {
      throw new StatusError('INVALID_ARGUMENT', 'the body does not inflate', { cause: error });
    }
    if (maxBodyBytes <= byRatio) throw tooLarge(maxBodyBytes);
    throw new StatusError('INVALID_ARGUMENT', `the body inflates to more than ${maxInflateRatio} times its size`);
  }
}

const tooLarge = (limit: number): StatusError => new StatusError('PAYLOAD_TOO_LARGE', `the body is larger than ${limit} bytes`);
