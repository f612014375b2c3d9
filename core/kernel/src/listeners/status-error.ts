import { StreamError } from '../api/streams.js';

/** The gRPC status names that Skein uses, with their gRPC number and the HTTP status that says the same. */
export const STATUS = {
  INVALID_ARGUMENT: { grpc: 3, http: 400 },
  DEADLINE_EXCEEDED: { grpc: 4, http: 504 },
  NOT_FOUND: { grpc: 5, http: 404 },
  PERMISSION_DENIED: { grpc: 7, http: 403 },
  UNAUTHENTICATED: { grpc: 16, http: 401 },
  RESOURCE_EXHAUSTED: { grpc: 8, http: 503 },
  FAILED_PRECONDITION: { grpc: 9, http: 409 },
  UNIMPLEMENTED: { grpc: 12, http: 404 },
  INTERNAL: { grpc: 13, http: 500 },
  UNAVAILABLE: { grpc: 14, http: 503 },
  PAYLOAD_TOO_LARGE: { grpc: 8, http: 413 },
  UNSUPPORTED_MEDIA_TYPE: { grpc: 3, http: 415 },
} as const;

/** Name of a status. */
export type StatusName = keyof typeof STATUS;

/** An error that a listener answers with its status and message. The message reaches the client, so it holds nothing secret. */
export class StatusError extends Error {
  override readonly name = 'StatusError';
  constructor(
    readonly status: StatusName,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** The status of any thrown value: StreamError by its code, StatusError as it says, everything else INTERNAL with a neutral message. */
export function statusOf(error: unknown): { readonly status: StatusName; readonly message: string; readonly retryable: boolean } {
  if (error instanceof StatusError) {
    return {
      status: error.status,
      message: error.message,
      retryable: error.status === 'UNAVAILABLE' || error.status === 'RESOURCE_EXHAUSTED',
    };
  }
  if (error instanceof StreamError) {
    // Only a mistake of the receiver's own code makes a batch that no stream can take; the client is not to blame.
    if (error.code === 'REJECTED') return { status: 'INTERNAL', message: 'internal error', retryable: false };
    if (error.code === 'CLOSED') return { status: 'UNAVAILABLE', message: error.message, retryable: true };
    return { status: 'RESOURCE_EXHAUSTED', message: error.message, retryable: true };
  }
  return { status: 'INTERNAL', message: 'internal error', retryable: false };
}
