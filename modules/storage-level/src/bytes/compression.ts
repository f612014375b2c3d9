import * as zlib from 'node:zlib';
import { MalformedBytes } from './byte-reader.js';
import type { ByteWriter } from './byte-writer.js';

const STORED = 0;
const BROTLI = 1;
const ZSTD = 2;
/** Below this, compressing costs more than it saves. */
const WORTHWHILE = 256;
const LARGE = 65_536;
/** No part is ever larger than this once unpacked; more means damage. */
const MAX_UNPACKED = 1024 * 1024 * 1024;

const { constants } = zlib;

// Node.js 20 has no zstd and its types do not know it.
interface Zstd {
  zstdCompressSync?(data: Uint8Array, options: { params: Record<number, number> }): Buffer;
  zstdDecompressSync?(data: Uint8Array, options: { maxOutputLength: number }): Buffer;
}
const { zstdCompressSync, zstdDecompressSync } = zlib as unknown as Zstd;
const ZSTD_LEVEL = (constants as unknown as Record<string, number>).ZSTD_c_compressionLevel ?? 100;

const codecFor = (data: Uint8Array, worthwhile: number): number =>
  data.byteLength < worthwhile ? STORED : zstdCompressSync === undefined ? BROTLI : ZSTD;

/**
 * One byte that names the codec, then the data: zstd 1 where Node.js has it, brotli otherwise, as it is below `worthwhile` bytes. Brotli is
 * of quality 1, or 0 for what is large: there it takes a third less time and leaves a sixth more bytes.
 */
export function pack(data: Uint8Array, worthwhile = WORTHWHILE): Buffer {
  const codec = codecFor(data, worthwhile);
  const compressed = compress(codec, data);
  const out = Buffer.allocUnsafe(compressed.byteLength + 1);
  out[0] = codec;
  out.set(compressed, 1);
  return out;
}

/** As {@link pack}, into a writer, and with the length before it if `sized`. */
export function packInto(writer: ByteWriter, data: Uint8Array, sized: boolean): void {
  const codec = codecFor(data, WORTHWHILE);
  const compressed = compress(codec, data);
  if (sized) writer.varint(compressed.byteLength + 1);
  writer.byte(codec);
  writer.raw(compressed);
}

function compress(codec: number, data: Uint8Array): Uint8Array {
  if (codec === STORED) return data;
  if (codec === ZSTD) return zstdCompressSync!(data, { params: { [ZSTD_LEVEL]: 1 } });
  const isLarge = data.byteLength > LARGE;
  const params = {
    [constants.BROTLI_PARAM_QUALITY]: isLarge ? 0 : 1,
    [constants.BROTLI_PARAM_LGWIN]: isLarge ? 22 : 16,
    [constants.BROTLI_PARAM_SIZE_HINT]: data.byteLength,
  };
  return zlib.brotliCompressSync(data, { params });
}

/** The reverse of {@link pack}, whichever Node.js packed it. */
export function unpack(packed: Uint8Array): Buffer {
  const data = packed.subarray(1);
  try {
    switch (packed[0]) {
      case STORED:
        return Buffer.from(data.buffer, data.byteOffset, data.byteLength);
      case BROTLI:
        return zlib.brotliDecompressSync(data, { maxOutputLength: MAX_UNPACKED });
      case ZSTD:
        if (zstdDecompressSync === undefined)
          throw new MalformedBytes('the data was written by a Node.js with zstd; this one cannot read it');
        return zstdDecompressSync(data, { maxOutputLength: MAX_UNPACKED });
    }
  } catch (error) {
    if (error instanceof MalformedBytes) throw error;
    throw new MalformedBytes('compressed data is damaged', { cause: error });
  }
  throw new MalformedBytes(`unknown compression ${packed[0]}`);
}
