import { Client, credentials, type ServiceError } from '@grpc/grpc-js';

const COLLECT = '/skywalking.v3.TraceSegmentReportService/collect';
const toBuffer = (bytes: Uint8Array): Buffer => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/** Sends segments as agents do: one stream, then the reply. */
export class SegmentSender {
  private readonly client: Client;

  constructor(address: string) {
    this.client = new Client(address, credentials.createInsecure(), { 'grpc.use_local_subchannel_pool': 1 });
  }

  /** Resolves when the server acknowledged, rejects with the gRPC error. */
  send(segments: readonly Uint8Array[], timeoutMs = 30_000): Promise<void> {
    return new Promise((resolve, reject) => {
      const options = { deadline: Date.now() + timeoutMs };
      const callback = (error: ServiceError | null): void => (error === null ? resolve() : reject(error));
      const stream = this.client.makeClientStreamRequest(COLLECT, toBuffer, (reply: Buffer) => reply, options as never, callback as never);
      for (const segment of segments) stream.write(segment);
      stream.end();
    });
  }

  close(): void {
    this.client.close();
  }
}
