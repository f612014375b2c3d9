import { parentPort, workerData } from 'node:worker_threads';
import { parseUpload, type UploadKind } from './parse-upload.js';

/** What the thread is started with. */
export interface ParseJob {
  readonly kind: UploadKind;
  readonly file: Uint8Array;
}

const { kind, file } = workerData as ParseJob;
parentPort?.postMessage(parseUpload(kind, file));
