import { MalformedError } from '@skein/proto';
import { decodeSpans } from '@skein/proto/zipkin';
import type { FuzzTarget } from '../target.js';

/** A list of one span: ids, name, an annotation `sr` with a host, a text tag. */
const SPAN =
  '0c00000001' +
  '0a000148485a3953bb6124' +
  '0b000300000003676574' +
  '0a0004a2fb4a1d1a96d312' +
  '0a0005463ac35c9f6413ad' +
  '0f00060c00000001' +
  '0a000100053b3d3e0a9e58' +
  '0b0002000000027372' +
  '0c000308000100007f01060002 1f900b00030000000866726f6e74656e6400'.replaceAll(' ', '') +
  '00' +
  '0f00080c00000001' +
  '0b000100000003616263' +
  '0b00020000000178' +
  '080003000000060000'.slice(0, 16) +
  '00' +
  '02000901' +
  '0a000a00053b3d3e0a9e58' +
  '0a000b0000000000032898' +
  '0a000c463ac35c9f6413ad' +
  '00';

/** Zipkin's v1 spans in Thrift's binary protocol. */
export const target: FuzzTarget = {
  name: 'zipkin-thrift',
  seeds: () => [Buffer.from(SPAN, 'hex')],
  run(input) {
    try {
      decodeSpans(input, 'thrift');
    } catch (error) {
      if (!(error instanceof MalformedError)) throw error;
    }
  },
};
