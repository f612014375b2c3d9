import type { OutgoingHttpHeaders } from 'node:http2';
import { Code } from './status-codes.js';

/** Status messages travel in a header, which has a limit. */
const LONGEST_MESSAGE = 1000;

/** What the server can inflate. */
export const ACCEPTED_ENCODINGS = 'identity,deflate,gzip';

/** The head of a reply that has messages. Shared by all calls: node:http2 copies it. */
export const REPLY_HEADERS: OutgoingHttpHeaders = Object.freeze({ ':status': 200, 'content-type': 'application/grpc' });

const OK_TRAILERS: OutgoingHttpHeaders = Object.freeze({ 'grpc-status': '0' });

/** What comes after the last message. */
export function trailers(code: number, message: string): OutgoingHttpHeaders {
  if (code === Code.OK) return OK_TRAILERS;
  return message === '' ? { 'grpc-status': String(code) } : { 'grpc-status': String(code), 'grpc-message': encodeMessage(message) };
}

/** Head and trailers in one, for a call that ends without any message. */
export function trailersOnly(code: number, message: string): OutgoingHttpHeaders {
  const headers = { ...REPLY_HEADERS, ...trailers(code, message) };
  return code === Code.UNIMPLEMENTED ? { ...headers, 'grpc-accept-encoding': ACCEPTED_ENCODINGS } : headers;
}

/**
 * As the gRPC protocol writes a status message: UTF-8 in which everything but printable ASCII, and `%`, is percent-encoded. Blanks at the
 * ends are too, since a header value may not have them.
 */
export function encodeMessage(message: string): string {
  // Lone surrogates, which the cut may also leave, have no UTF-8 form.
  const wellFormed = Buffer.from(message.slice(0, LONGEST_MESSAGE), 'utf8').toString('utf8');
  return wellFormed.replace(/[^ -$&-~]+/gu, encodeURIComponent).replace(/^ | $/g, '%20');
}
